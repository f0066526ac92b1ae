import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { bothVersions } from '../route.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

// https://learn.microsoft.com/graph/api/group-post-groups
const body = {
  description: 'Self help community for library',
  displayName: 'Library Assist',
  groupTypes: [],
  mailEnabled: false,
  mailNickname: 'library',
  securityEnabled: true,
};
const create = async (properties: object = {}) =>
  server.send({ method: 'POST', url: '/v1.0/groups', body: { ...body, ...properties } });

test('a group is created, read, changed and removed with the codes of the directory', async () => {
  const { status, json } = await create();
  expect(status).toBe(201);
  expect(json).toMatchObject({
    '@odata.context': 'https://localhost:80/v1.0/$metadata#groups/$entity',
    ...body,
  });
  for (const version of bothVersions) {
    const url = `/${version}/groups/${json.id}`;
    const changed = await server.send({ method: 'PATCH', url, body: { description: version } });
    expect([changed.status, changed.text]).toEqual([204, '']);
    expect((await server.send({ url })).json).toMatchObject({ ...body, description: version });
  }
  const url = `/beta/groups/${json.id}`;
  expect((await server.send({ method: 'DELETE', url })).status).toBe(204);
  const missing = await server.send({ method: 'DELETE', url });
  expect(missing.json.error).toMatchObject({
    code: 'Request_ResourceNotFound',
    message: `Resource '${json.id}' does not exist or one of its queried reference-property objects are not present.`,
  });
});

test.each([
  [{ displayName: undefined }, 'displayName'],
  [{ mailNickname: null }, 'mailNickname'],
  [{ mailEnabled: true }, 'mailEnabled'],
  [{ groupTypes: ['Unified'] }, 'groupTypes'],
  [{ visibility: 'Private' }, 'visibility'],
  [{ displayName: 'x'.repeat(257) }, 'displayName'],
  [{ color: 'red' }, 'color'],
])('%j is refused, plainly', async (properties, target) => {
  const answer = await create(properties);
  expect([answer.status, answer.json.error.code]).toEqual([400, 'Request_BadRequest']);
  expect(answer.json.error.details[0].target).toBe(target);
  expect(answer.json.error.message).toContain(target);
});

test('without the permission nothing more is told than the directory tells', async () => {
  const token = await server.addToken(server.tenant, ['partner.read']);
  const answer = await server.send({ url: '/v1.0/groups', token });
  expect([answer.status, answer.json.error.code, answer.json.error.message]).toEqual([
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  ]);
});
