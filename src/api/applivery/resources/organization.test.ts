import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('the slug leads to the id, with and without a slash at the end', async () => {
  for (const url of ['/v1/organizations/default', `/v1/organizations/${server.tenant.hexId}/`]) {
    const { status, json } = await server.send({ url });
    expect(status).toBe(200);
    expect(json).toEqual({
      status: true,
      data: {
        id: server.tenant.hexId,
        slug: 'default',
        name: 'default',
        plan: 'enterprise',
        createdAt: '2026-03-01T12:00:00.000Z',
      },
    });
  }
});

test('another organization and a wrong token are told apart', async () => {
  const other = await server.addTenant('other');
  const asked = await server.send({ url: `/v1/organizations/${other.hexId}` });
  expect([asked.status, asked.json.error.code]).toEqual([404, 3001]);
  const refused = await server.send({ url: '/v1/organizations/default', token: 'mst_wrong' });
  expect([refused.status, refused.json.error.code]).toEqual([401, 4004]);
});
