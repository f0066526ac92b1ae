import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId } from '../../../kernel/id.ts';

const base = '/windows/enterprise/applications';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'applications');
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (body: unknown) => own.send(base, { method: 'POST', body });

test('an application has the documented shape', async () => {
  const created = await post({
    type: 'store',
    config: { winStoreId: '9WZDNCRFJ3Q2' },
    info: { name: 'Weather', version: '4' },
  });
  expect(created.status).toBe(200);
  expect(created.json.data).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    type: 'store',
    config: { winStoreId: '9WZDNCRFJ3Q2' },
    info: { name: 'Weather', version: '4' },
    createdAt: server.now().toISOString(),
    updatedAt: server.now().toISOString(),
  });
  const url = `${base}/${created.json.data.id}`;
  expect((await own.send(url)).json).toEqual(created.json);
  const put = (body: unknown, headers = {}) => own.send(url, { method: 'PUT', body, headers });
  const changed = await put({ info: { name: 'Wetter' } });
  expect(changed.json.data).toMatchObject({ type: 'store', info: { name: 'Wetter' } });
  expect(changed.headers['etag']).toBe('W/"2"');
  expect((await put({ info: { name: 'Wetter' } })).headers['etag']).toBe('W/"2"');
  expect((await put({ info: {} }, { 'if-match': 'W/"1"' })).status).toBe(412);
  const converted = await put({ type: 'lastBuild', config: { applicationId: 'abc' } });
  expect(converted.json.data).toMatchObject({ type: 'lastBuild', config: { applicationId: 'abc' } });
  expect((await put({ type: 'store' })).json.error.details).toEqual([
    { path: 'config.winStoreId', message: "is required for an application of type 'store'" },
  ]);
});

test.each([
  ['without a type', { config: {} }, 'type'],
  ['of an unknown type', { type: 'web', config: {} }, 'type'],
  ['without a config', { type: 'store' }, 'config'],
  ['of the store without its id', { type: 'store', config: { buildId: '1' } }, 'config.winStoreId'],
  [
    'of a branch without its name',
    { type: 'lastGitBranchBuild', config: { applicationId: '1' } },
    'config.filter',
  ],
  [
    'of an asset that is not there',
    { type: 'asset', config: { mdmAssetId: '507f1f77bcf86cd7994390ff' } },
    'config.mdmAssetId',
  ],
  [
    'with too long a name',
    { type: 'store', config: { winStoreId: '1' }, info: { name: 'x'.repeat(257) } },
    'info.name',
  ],
])('an application %s is refused', async (_, body, path) => {
  const answer = await post(body);
  expect(answer.status).toBe(400);
  expect(answer.json.error.details.map((detail: { path: string }) => detail.path)).toContain(path);
});

test('an application of an asset must be of an installer', async () => {
  const script = await own.script('no-installer.ps1');
  const answer = await post({ type: 'asset', config: { mdmAssetId: hexOfId(script.id) } });
  expect(answer.json.error.details[0].message).toMatch(/is not an asset of type app of this organization/);
});

test('lists have pages and filters', async () => {
  const lists = await windowsOrganization(server, 'application-lists');
  for (const id of ['B', 'A', 'C']) {
    server.advance(1_000);
    await lists.application(id);
  }
  const stores = async (query: string) =>
    (await lists.send(`${base}?${query}`)).json.data.items.map(
      (item: { config: { winStoreId: string } }) => item.config.winStoreId,
    );
  expect(await stores('')).toEqual(['B', 'A', 'C']);
  expect(await stores('sort=createdAt:desc&limit=2')).toEqual(['C', 'A']);
  expect(await stores('winStoreId=A')).toEqual(['A']);
  expect(await stores('winStoreId=A&filter=main')).toEqual([]);
  expect((await lists.send(`${base}?limit=1`)).json.data).toMatchObject({ totalDocs: 3, hasNextPage: true });
});

test('while policies deploy it, an application is not deleted and says which', async () => {
  const application = await own.application('INUSE');
  await own.policy('Office', { applications: [{ winApplicationId: application.id }] });
  const url = `${base}/${hexOfId(application.id)}`;
  const refused = await own.send(url, { method: 'DELETE' });
  expect(refused.status).toBe(409);
  expect(refused.json.error).toMatchObject({
    code: 4091,
    details: [
      { path: '', message: "'INUSE' is in use by 1 Windows policy ('Office'). Take it from them first." },
    ],
  });
});

test('an application that a policy takes up while it is deleted ends up in one of the two states', async () => {
  for (let round = 0; round < 5; round++) {
    const id = hexOfId((await own.application(`RACED${round}`)).id);
    const [created, removed] = await Promise.all([
      own.send('/windows/enterprise/policies', {
        method: 'POST',
        body: { name: 'Raced', applications: [{ winApplicationId: id }] },
      }),
      own.send(`${base}/${id}`, { method: 'DELETE' }),
    ]);
    expect(`${created.status} ${removed.status}`).toMatch(/^(200 409|400 200)$/);
  }
});

test("another organization's application is not there", async () => {
  const foreign = await windowsOrganization(server, 'strangers');
  const id = hexOfId((await foreign.application('THEIRS')).id);
  expect((await own.send(`${base}/${id}`)).status).toBe(404);
  expect((await own.send(`${base}/${id}`, { method: 'PUT', body: { info: {} } })).status).toBe(404);
  expect((await own.send(`${base}/${id}`, { method: 'DELETE' })).status).toBe(404);
});
