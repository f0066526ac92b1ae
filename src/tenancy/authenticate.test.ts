import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('smoke', async () => {
  const answer = await server.send({ url: '/readyz' });
  expect(answer.json).toEqual({ status: 'ready' });
  const nothing = await server.send({ url: '/v1/organizations/default/nothing' });
  expect(nothing.status).toBe(404);
});
