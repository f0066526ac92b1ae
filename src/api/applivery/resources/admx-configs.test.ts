import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId, parseHexId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

const base = '/windows/enterprise/admx-configs';
const edge = {
  appName: 'Microsoft Edge',
  settingType: 'Privacy',
  fileName: 'edge.admx',
  description: 'Controls Edge browser privacy settings',
  content: '<policyDefinitions revision="1.0"/>',
};

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'templates');
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (body: unknown) => own.send(base, { method: 'POST', body });

test('an ADMX configuration is created, read, listed without its text, changed and deleted', async () => {
  const created = await post(edge);
  expect(created.status).toBe(200);
  const { id } = created.json.data;
  const now = server.now().toISOString();
  expect(created.json.data).toEqual({ ...edge, id, createdAt: now, updatedAt: now });
  const url = `${base}/${id}`;
  expect((await own.send(url)).json).toEqual(created.json);
  const { content: _, ...withoutText } = created.json.data;
  expect((await own.send(base)).json.data.items).toEqual([withoutText]);
  expect((await own.send(`${base}?search=PRIV`)).json.data.totalDocs).toBe(1);
  expect((await own.send(`${base}?search=chrome`)).json.data.totalDocs).toBe(0);
  const put = (body: unknown, headers = {}) => own.send(url, { method: 'PUT', body, headers });
  const changed = await put({ content: '<changed/>', description: null });
  expect(changed.json.data).toMatchObject({ appName: 'Microsoft Edge', content: '<changed/>' });
  expect(changed.json.data).not.toHaveProperty('description');
  expect((await put({ content: '<lost/>' }, { 'if-match': 'W/"1"' })).status).toBe(412);
  const [event] = await own.change((context) =>
    listAuditEvents(context, { targetType: 'admxConfig', targetId: parseHexId(id)!, limit: 1 }),
  );
  expect(Object.keys(event!.after!).sort()).toEqual(['contentSha256', 'description', 'revision']);
  expect((await own.send(url, { method: 'DELETE' })).json.data).toEqual({ delete: true });
  expect((await own.send(url)).status).toBe(404);
});

test.each([
  ['appName', undefined],
  ['settingType', 'x'.repeat(257)],
  ['fileName', ''],
  ['description', 'x'.repeat(1025)],
  ['content', undefined],
  ['content', 1],
])('%s cannot be %s', async (path, value) => {
  const answer = await post({ ...edge, [path]: value });
  expect(answer.status).toBe(400);
  expect(answer.json.error.details[0].path).toBe(path);
});

test('while policies have it, an ADMX configuration is not deleted and says which', async () => {
  const config = await own.admxConfig('used.admx');
  await own.policy('Browsers', { admxConfigs: [{ winAdmxConfigId: config.id }] });
  const refused = await own.send(`${base}/${hexOfId(config.id)}`, { method: 'DELETE' });
  expect(refused.status).toBe(409);
  expect(refused.json.error.details[0].message).toMatch(
    /'used.admx' is in use by 1 Windows policy \('Browsers'\)/,
  );
});

test("another organization's ADMX configuration is not there", async () => {
  const foreign = await windowsOrganization(server, 'strangers');
  const url = `${base}/${hexOfId((await foreign.admxConfig('theirs.admx')).id)}`;
  expect((await own.send(url)).status).toBe(404);
  expect((await own.send(url, { method: 'PUT', body: { appName: 'Mine' } })).status).toBe(404);
  expect((await own.send(url, { method: 'DELETE' })).status).toBe(404);
});
