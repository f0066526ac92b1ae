import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { sql } from '../../../database/index.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';
import { collectionClient, expectRefused } from '../fixtures/collection-client.ts';
import { bothVersions } from '../route.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const { path, get, create, patch } = collectionClient(() => server, 'deviceConfigurations', {
  always: { '@odata.type': '#microsoft.graph.windows10CustomConfiguration' },
  defaults: { displayName: 'Custom' },
});

const prefer = { prefer: 'return=representation' };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const setting = (type: string, value: unknown, more: object = {}) => ({
  '@odata.type': `#microsoft.graph.omaSetting${type}`,
  displayName: type,
  omaUri: `./Vendor/MSFT/${type}`,
  value,
  ...more,
});

/** Creates a configuration with these settings, in beta. */
async function made(...omaSettings: object[]) {
  const { json } = await create('beta', { omaSettings });
  return json as { id: string; version: number; omaSettings: { secretReferenceValueId: string }[] };
}

async function plainText(version: string, id: string, reference: string | undefined) {
  const url = `${path(version)}/${id}/getOmaSettingPlainTextValue(secretReferenceValueId='${reference}')`;
  return server.send({ url });
}

async function secretsOf(id: string) {
  const { rows } = await sql<{ id: string }>`
    select id from policies_secret where policy_id = ${id}::uuid
  `.execute(server.database.connection);
  return rows.length;
}

describe('the seven types', () => {
  const settings = [
    setting('String', 'secret text', { description: 'why' }),
    setting('StringXml', base64('<a>ü</a>'), { fileName: 'a.xml' }),
    setting('Base64', 'AQID', { fileName: 'a.cer' }),
    setting('Integer', -7),
    setting('FloatingPoint', 0.1),
    setting('Boolean', false),
    setting('DateTime', '2026-01-31T08:30:00+01:00'),
  ];

  test('beta says of each whether it is encrypted, and shows no secret', async () => {
    const { json } = await create('beta', { omaSettings: settings });
    const clear = { description: null, secretReferenceValueId: null, isEncrypted: false };
    const reference = new RegExp(`^[0-9a-f-]{36}_${json.id}_[0-9a-f-]{36}$`);
    const sealed = { isEncrypted: true, secretReferenceValueId: expect.stringMatching(reference) };
    expect(json.omaSettings).toEqual([
      { ...settings[0], ...sealed, value: '****' },
      { ...settings[1], ...sealed, description: null, value: 'KioqKg==' },
      { ...settings[2], ...sealed, description: null, value: '****' },
      { ...settings[3], ...clear, isReadOnly: false },
      { ...settings[4], ...clear },
      { ...settings[5], ...clear },
      { ...settings[6], ...clear, value: '2026-01-31T07:30:00.0000000Z' },
    ]);
    expect(Object.keys(json.omaSettings[0])).toEqual([
      '@odata.type',
      'displayName',
      'description',
      'omaUri',
      'secretReferenceValueId',
      'isEncrypted',
      'value',
    ]);
  });

  test('v1.0 masks the same values and has no references', async () => {
    const { json } = await create('v1.0', { omaSettings: settings });
    expect(json.omaSettings[0]).toEqual({ ...settings[0], value: '****' });
    expect(json.omaSettings[1]).toEqual({ ...settings[1], description: null, value: 'KioqKg==' });
    expect(json.omaSettings[3]).toEqual({ ...settings[3], description: null });
  });

  test.each([
    [{ displayName: 'x', omaUri: './x', value: 5 }, '@odata.type', 'Cannot create an abstract class.'],
    [{ ...setting('Integer', 5), '@odata.type': '#microsoft.graph.omaSettingColor' }, '@odata.type', ''],
    [setting('Integer', 2 ** 31), 'value', 'out of range'],
    [setting('Integer', '5'), 'value', 'Edm.Int32'],
    [setting('String', 5), 'value', 'Edm.String'],
    [setting('Boolean', 'true'), 'value', 'Edm.Boolean'],
    [setting('Boolean', undefined), 'value', 'is required'],
    [setting('DateTime', undefined), 'value', 'is required'],
    [setting('DateTime', 'tomorrow'), 'value', 'date and time'],
    [setting('FloatingPoint', 1e39), 'value', 'beyond 2^53'],
    [setting('FloatingPoint', '0.5'), 'value', 'Edm.Single'],
    [setting('StringXml', '<a/>'), 'value', 'Base64'],
    [setting('StringXml', '/w=='), 'value', 'UTF-8'],
    [{ ...setting('String', 'x'), omaUri: undefined }, 'omaUri', 'is required'],
    [{ ...setting('String', 'x'), fileName: 'x' }, 'fileName', 'does not exist'],
  ])('%j is refused where it stands', async (wrong, place, sentence) => {
    const body = {
      '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
      displayName: 'x',
      omaSettings: [setting('Integer', 1), wrong],
    };
    const answer = await server.send({ method: 'POST', url: path('beta'), body });
    expectRefused(answer, `omaSettings[1].${place}`, sentence);
  });
});

describe('the plain text of a secret', () => {
  test.each(bothVersions)('is what was written; of XML the XML itself (%s)', async (version) => {
    const { id, omaSettings } = await made(
      setting('String', 'it’s a key'),
      setting('StringXml', base64('<a>ü</a>')),
      setting('Base64', 'AQID'),
    );
    const texts = ['it’s a key', '<a>ü</a>', 'AQID'];
    for (const [index, { secretReferenceValueId }] of omaSettings.entries()) {
      const answer = await plainText(version, id, secretReferenceValueId);
      expect([answer.status, answer.json]).toEqual([
        200,
        { '@odata.context': `https://localhost:80/${version}/$metadata#Edm.String`, value: texts[index] },
      ]);
    }
  });

  test('reading it is audited, without the secret', async () => {
    const { id, omaSettings } = await made(setting('String', 'audited secret'));
    await plainText('beta', id, omaSettings[0]!.secretReferenceValueId);
    const scope = { ...server.tenant, requestId: 'x', principal: undefined as never };
    const events = await listAuditEvents({ db: server.database, scope }, { targetId: id, limit: 10 });
    expect(events.map(({ action }) => action)).toEqual([
      'deviceConfiguration.readSecret',
      'deviceConfiguration.create',
    ]);
    expect(events[0]!.after).toEqual({
      secretReferenceValueId: omaSettings[0]!.secretReferenceValueId,
    });
    expect(JSON.stringify(events)).not.toContain('audited secret');
  });

  test("what is no reference of this configuration is not found; another organization's is not there", async () => {
    const { id, omaSettings } = await made(setting('String', 'x'));
    const other = await made(setting('String', 'y'));
    const reference = omaSettings[0]!.secretReferenceValueId;
    for (const [of, wrong] of [
      [id, other.omaSettings[0]!.secretReferenceValueId],
      [other.id, reference],
      [id, reference.split('_')[2]],
      [id, `${reference}0`],
      [id, 'nothing'],
      [id, ''],
    ] as const) {
      const answer = await plainText('beta', of, wrong);
      expect([answer.status, answer.json.error.code], wrong).toEqual([404, 'ResourceNotFound']);
    }
    const { token } = await server.addTenant('stranger');
    const url = `${path('beta')}/${id}/getOmaSettingPlainTextValue(secretReferenceValueId='${reference}')`;
    expect((await server.send({ url, token })).status).toBe(404);
    expect((await server.send({ url: url.toUpperCase().replace(/^\/BETA/, '/beta') })).json.value).toBe('x');
  });

  test('needs its parameter', async () => {
    const { id } = await made();
    for (const call of ['', '()', "(x='1')"]) {
      const answer = await server.send({ url: `${path('beta')}/${id}/getOmaSettingPlainTextValue${call}` });
      expectRefused(answer, 'secretReferenceValueId', 'needs the parameter');
    }
  });
});

describe('a change', () => {
  const two = [
    setting('String', 'one'),
    setting('StringXml', base64('<two/>')),
    setting('Integer', 3, { isReadOnly: true }),
  ];

  test.each(bothVersions)(
    'with what was read in %s keeps the secrets and makes no version',
    async (version) => {
      const { id } = await made(...two);
      const before = (await get('beta', id)).json;
      const { json } = await get(version, id);
      const answer = await patch(version, id, json, prefer);
      expect([answer.status, answer.json]).toEqual([200, json]);
      expect((await get('beta', id)).json).toEqual(before);
      expect(await secretsOf(id)).toBe(2);
    },
  );

  test('in v1.0 keeps what only beta knows of the settings that stay', async () => {
    const { id, omaSettings } = await made(...two);
    const { json } = await get('v1.0', id);
    const [first, , third] = json.omaSettings as object[];
    await patch('v1.0', id, { omaSettings: [third, setting('Integer', 4, { omaUri: './New' }), first] });
    expect((await get('beta', id)).json.omaSettings).toMatchObject([
      omaSettings[2]!,
      { omaUri: './New', isReadOnly: false },
      omaSettings[0]!,
    ]);
  });

  test('with the same values in clear makes no version either', async () => {
    const { id, omaSettings } = await made(...two);
    const answer = await patch('beta', id, { omaSettings: two }, prefer);
    expect(answer.json).toMatchObject({ version: 1, omaSettings });
  });

  test('of something else leaves the secrets', async () => {
    const { id, omaSettings } = await made(...two);
    const answer = await patch('beta', id, { description: 'new' }, prefer);
    expect(answer.json).toMatchObject({ version: 2, omaSettings });
  });

  test('may move a masked setting to another path by its reference, and take it from its place', async () => {
    const { id, omaSettings } = await made(...two);
    const moved = { ...omaSettings[0], omaUri: './Vendor/MSFT/Moved', displayName: 'moved' };
    const answer = await patch('beta', id, { omaSettings: [setting('Integer', 1), moved] }, prefer);
    expect(answer.json.omaSettings[1]).toEqual(moved);
    const reference = omaSettings[0]!.secretReferenceValueId;
    expect((await plainText('beta', id, reference)).json.value).toBe('one');
  });

  test('with a new value has a new reference; the old version keeps its own', async () => {
    const { id, omaSettings } = await made(...two);
    const changed = [{ ...omaSettings[0], value: 'other' }, ...omaSettings.slice(1)];
    const { json } = await patch('beta', id, { omaSettings: changed }, prefer);
    const reference = json.omaSettings[0].secretReferenceValueId as string;
    expect(reference).not.toBe(omaSettings[0]!.secretReferenceValueId);
    expect(json.omaSettings[1]).toEqual(omaSettings[1]);
    expect((await plainText('beta', id, reference)).json.value).toBe('other');
    expect((await plainText('beta', id, omaSettings[0]!.secretReferenceValueId)).json.value).toBe('one');
    const { rows } = await sql<{ document: string }>`
      select document::text from policies_version where policy_id = ${id}::uuid order by version
    `.execute(server.database.connection);
    expect(rows.map(({ document }) => document)).toEqual([
      expect.stringContaining(omaSettings[0]!.secretReferenceValueId),
      expect.stringContaining(reference),
    ]);
  });

  test('with a mask that stands for nothing is refused, and nothing changes', async () => {
    const { id } = await made(...two);
    const before = (await get('beta', id)).json;
    const other = await made(setting('String', 'theirs'));
    const theirs = other.omaSettings[0]!.secretReferenceValueId;
    const own = before.omaSettings[0].secretReferenceValueId as string;
    for (const wrong of [
      setting('Base64', '****'),
      setting('String', '****', { omaUri: './Other' }),
      setting('String', '****', { omaUri: './Other', secretReferenceValueId: theirs }),
      setting('StringXml', 'KioqKg==', { omaUri: './Other', secretReferenceValueId: own }),
    ]) {
      const body = { description: 'half', omaSettings: [setting('String', 'new value'), wrong] };
      expectRefused(await patch('beta', id, body), 'omaSettings[1].value', 'is the mask of a secret');
    }
    expect((await get('beta', id)).json).toEqual(before);
    expect(await secretsOf(id)).toBe(2);
  });

  test('cannot tell which of two secrets of one path a mask without a reference means', async () => {
    const { id } = await made(setting('String', 'a'), setting('String', 'b'));
    const { json } = await get('v1.0', id);
    expectRefused(
      await patch('v1.0', id, { omaSettings: json.omaSettings.slice(1) }),
      'omaSettings[0].value',
    );
    const { json: beta } = await get('beta', id);
    expect((await patch('beta', id, beta, prefer)).json).toEqual(beta);
  });

  test('a new configuration with a mask is refused: a backup must hold the values', async () => {
    const { id } = await made(...two);
    const { json } = await get('beta', id);
    const answer = await server.send({ method: 'POST', url: path('beta'), body: json });
    expectRefused(answer, 'omaSettings[0].value', 'send the value itself');
    expect(answer.json.error.details).toHaveLength(2);
  });

  test('that removes the configuration removes its secrets', async () => {
    const { id } = await made(...two);
    expect(await secretsOf(id)).toBe(2);
    expect((await server.send({ method: 'DELETE', url: `${path('v1.0')}/${id}` })).status).toBe(204);
    expect(await secretsOf(id)).toBe(0);
  });
});

test('1,000 settings, each with a secret, are taken and read back', async () => {
  const many = Array.from({ length: 1_000 }, (_, at) =>
    setting('String', `secret ${at}`, { omaUri: `./Vendor/MSFT/${at}` }),
  );
  const { id, omaSettings } = await made(...many);
  expect(await secretsOf(id)).toBe(1_000);
  const last = omaSettings.at(-1)!.secretReferenceValueId;
  expect((await plainText('beta', id, last)).json.value).toBe('secret 999');
  const { json } = await get('beta', id);
  expect((await patch('beta', id, json, prefer)).json).toEqual(json);
});
