import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { sql } from '../../../database/index.ts';
import { hexOfId } from '../../../kernel/id.ts';

let server: TestServer;
let own: WindowsOrganization;
let foreign: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'assets');
  foreign = await windowsOrganization(server, 'strangers');
});
afterAll(() => server[Symbol.asyncDispose]());

interface Part {
  readonly name: string;
  readonly value: Buffer | string;
  readonly fileName?: string;
}

function upload(parts: readonly Part[], of: WindowsOrganization = own) {
  const boundary = 'limit-of-the-parts';
  const chunks = parts.flatMap(({ name, value, fileName }) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`,
    fileName === undefined ? '' : `; filename="${fileName}"\r\ncontent-type: text/plain`,
    '\r\n\r\n',
    value,
    '\r\n',
  ]);
  const payload = Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk)));
  return server.app.server
    .inject({
      method: 'POST',
      url: `/v1/organizations/${of.tenant.organization.slug}/mdm/assets/`,
      headers: {
        authorization: `Bearer ${of.tenant.token}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      payload,
    })
    .then((answer) => ({ status: answer.statusCode, headers: answer.headers, json: answer.json() }));
}

const file = (fileName: string, value: Buffer | string = 'Get-Date'): Part => ({
  name: 'file',
  value,
  fileName,
});

describe('an upload', () => {
  test('is an asset whose type follows from its extension', async () => {
    const segment = await own.segment('Madrid');
    const { status, headers, json } = await upload([
      { name: 'name', value: 'Clock' },
      { name: 'description', value: 'Tells the time' },
      { name: 'segmentId', value: String(segment) },
      { name: 'exposeToChildren', value: 'true' },
      file('clock.PS1'),
    ]);
    expect(status).toBe(200);
    expect(headers['etag']).toBe('W/"1"');
    expect(json.data).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      organizationId: own.tenant.hexId,
      name: 'Clock',
      description: 'Tells the time',
      type: 'script',
      subType: 'windows',
      ext: 'ps1',
      file: {
        originalName: 'clock.PS1',
        mimetype: 'text/plain',
        size: 8,
        checksum: 'c1d9af5ecced5022dd0e037ef3d6e96a33b43dea902d1c05c894b7b33cb3c798',
      },
      segmentId: segment,
      exposeToChildren: true,
      createdAt: server.now().toISOString(),
      updatedAt: server.now().toISOString(),
    });
    const url = `/assets/${json.data.id}`;
    expect((await own.send(url)).json).toEqual(json);
    expect((await own.send(`/assets//${json.data.id}`)).json).toEqual(json);
    expect((await own.send(`${url}/view`)).json.data).toEqual({ content: 'Get-Date' });
  });

  test('bears the name of its file when it has no other', async () => {
    const { json } = await upload([file('setup.msi', Buffer.from([0, 1, 2, 255]))]);
    expect(json.data).toMatchObject({ name: 'setup.msi', type: 'app', subType: 'windows', segmentId: 0 });
    const view = await own.send(`/assets/${json.data.id}/view`);
    expect(view.status).toBe(400);
    expect(view.json.error.details[0].message).toMatch(/'setup.msi' is an asset of type app/);
  });

  test('of a script with the byte order mark of UTF-16 can be read', async () => {
    const { json } = await upload([file('wide.ps1', Buffer.from('\ufeffWrite-Host "ñ"', 'utf16le'))]);
    expect((await own.send(`/assets/${json.data.id}/view`)).json.data.content).toBe('Write-Host "ñ"');
  });

  test('of a certificate is sealed in the database', async () => {
    const secret = 'the private key of somebody';
    const { json } = await upload([file('client.p12', secret)]);
    expect(json.data.type).toBe('certificate');
    const { rows } = await sql<{ content: Buffer; sealed: boolean }>`
      select content, sealed from policies_asset_content where sealed`.execute(server.database.connection);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.content.includes(secret)).toBe(false);
    expect(rows[0]!.content.includes(Buffer.from(secret).toString('base64'))).toBe(false);
  });

  test.each([
    ['without a file', [{ name: 'name', value: 'x' }], 'file', /required/],
    ['of an empty file', [file('empty.txt', '')], 'file', /'empty.txt' is empty/],
    [
      'of an unknown extension',
      [file('virus.scr')],
      'file',
      /'virus.scr' must have one of the extensions ipa,/,
    ],
    ['of a file without extension', [file('README')], 'file', /extensions/],
    ['of a file that is called like a property of objects', [file('x.constructor')], 'file', /extensions/],
    ['of too long a file name', [file(`${'x'.repeat(253)}.txt`)], 'file', /256/],
    ['with too long a name', [{ name: 'name', value: 'x'.repeat(257) }, file('a.txt')], 'name', /256/],
    [
      'with too long a description',
      [{ name: 'description', value: 'x'.repeat(257) }, file('a.txt')],
      'description',
      /256/,
    ],
    [
      'to an unknown segment',
      [{ name: 'segmentId', value: '55' }, file('a.txt')],
      'segmentId',
      /55 is not a segment/,
    ],
    [
      'to a segment that is no number',
      [{ name: 'segmentId', value: 'Madrid' }, file('a.txt')],
      'segmentId',
      /./,
    ],
    ['with a NUL character', [{ name: 'name', value: 'a\0b' }, file('a.txt')], 'name', /NUL/],
  ] as [string, Part[], string, RegExp][])('%s is refused', async (_, parts, path, message) => {
    const before = (await own.send('/assets')).json.data.totalDocs;
    const { status, json } = await upload(parts);
    expect(status).toBe(400);
    const details = json.error.details.filter((detail: { path: string }) => detail.path === path);
    expect(details, JSON.stringify(json)).not.toEqual([]);
    expect(details[0].message).toMatch(message);
    expect((await own.send('/assets')).json.data.totalDocs).toBe(before);
  });

  test('must be a form', async () => {
    const answer = await own.send('/assets', { method: 'POST', body: { name: 'x' } });
    expect(answer.status).toBe(415);
  });
});

test('the metadata of an asset changes, its file does not', async () => {
  const { json } = await upload([file('a.txt')]);
  const url = `/assets/${json.data.id}`;
  const put = (body: unknown, headers = {}) => own.send(url, { method: 'PUT', body, headers });
  const changed = await put({ name: 'B', description: 'C', exposeToChildren: true, type: 'app' });
  expect(changed.json.data).toEqual({ ...json.data, name: 'B', description: 'C', exposeToChildren: true });
  expect(changed.headers['etag']).toBe('W/"2"');
  expect((await put({ description: null })).json.data).not.toHaveProperty('description');
  expect((await put({ name: 'D' }, { 'if-match': 'W/"2"' })).status).toBe(412);
  expect((await put({ name: '' })).status).toBe(400);
  expect((await put({ segmentId: 42 })).status).toBe(400);
  expect((await own.send(url)).json.data.name).toBe('B');
});

test('an asset in use is not deleted and says what uses it', async () => {
  const { json } = await upload([file('shared.ps1')]);
  const { id } = json.data;
  const url = `/assets/${id}`;
  const policies = '/windows/enterprise/policies';
  const post = (path: string, body: unknown) => own.send(path, { method: 'POST', body });
  const first = await post(policies, { name: 'Runs it', scripts: [{ type: 'once', id }] });
  const second = await post(policies, { name: 'Places it', assets: [{ mdmAssetId: id }] });
  const device = hexOfId((await own.device({ displayName: 'Laptop' })).id);
  await own.put(`/devices/${device}`, { scripts: [{ type: 'onDemand', id }] });
  const refused = await own.send(url, { method: 'DELETE' });
  expect(refused.status).toBe(409);
  expect(refused.json.error.details[0].message).toBe(
    "'shared.ps1' is in use by 2 Windows policies ('Runs it', 'Places it') and 1 device ('Laptop'). Take it from them first.",
  );
  await own.send(`${policies}/${first.json.data.id}`, { method: 'DELETE' });
  await own.put(`/policies/${second.json.data.id}`, { assets: [] });
  expect((await own.send(url, { method: 'DELETE' })).status).toBe(409);
  await own.put(`/devices/${device}`, { scripts: [] });
  expect((await own.send(url, { method: 'DELETE' })).json.data).toEqual({ delete: true });
  expect((await own.send(url)).status).toBe(404);
});

test('an installer in use by an application is not deleted', async () => {
  const { json } = await upload([file('tool.msi')]);
  const config = { mdmAssetId: json.data.id };
  const applications = '/windows/enterprise/applications';
  const created = await own.send(applications, {
    method: 'POST',
    body: { type: 'asset', config, info: { name: 'Tool' } },
  });
  expect(created.json.data).toMatchObject({ type: 'asset', config, info: { name: 'Tool' } });
  const refused = await own.send(`/assets/${json.data.id}`, { method: 'DELETE' });
  expect(refused.json.error.details[0].message).toMatch(/in use by 1 application \('Tool'\)/);
  await own.send(`${applications}/${created.json.data.id}`, { method: 'DELETE' });
  expect((await own.send(`/assets/${json.data.id}`, { method: 'DELETE' })).status).toBe(200);
});

test('lists have pages, sorts and filters', async () => {
  const lists = await windowsOrganization(server, 'asset-lists');
  for (const name of ['b.ps1', 'a.sh', 'c.png']) {
    server.advance(1_000);
    await upload([file(name)], lists);
  }
  const names = async (query: string) =>
    (await lists.send(`/assets?${query}`)).json.data.items.map(({ name }: { name: string }) => name);
  expect(await names('')).toEqual(['b.ps1', 'a.sh', 'c.png']);
  expect(await names('sort=name&limit=2')).toEqual(['a.sh', 'b.ps1']);
  expect(await names('type=script')).toEqual(['b.ps1', 'a.sh']);
  expect(await names('subType=windows')).toEqual(['b.ps1']);
  expect(await names('ext=png')).toEqual(['c.png']);
  expect(await names('name=B.')).toEqual(['b.ps1']);
  expect(await names('segmentId=0&expandTo=children')).toHaveLength(3);
  expect((await lists.send('/assets?type=film')).status).toBe(400);
});

test("another organization's assets are not there", async () => {
  const { json } = await upload([file('theirs.ps1')], foreign);
  const url = `/assets/${json.data.id}`;
  expect((await own.send(url)).status).toBe(404);
  expect((await own.send(`${url}/view`)).status).toBe(404);
  expect((await own.send(url, { method: 'PUT', body: { name: 'Mine' } })).status).toBe(404);
  expect((await own.send(url, { method: 'DELETE' })).status).toBe(404);
  expect((await foreign.send(url)).status).toBe(200);
});
