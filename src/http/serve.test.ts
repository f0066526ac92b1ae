import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const paths = ['/v1/organizations/default', '/api/v1/organizations/default'];

test.each(paths)('%s: another method is 405 with Allow, whatever is sent with it', async (url) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
    const answer = await server.send({
      method,
      url,
      body: '{"broken',
      headers: { 'content-type': 'text/x' },
    });
    expect({ status: answer.status, allow: answer.headers['allow'] }, method).toEqual({
      status: 405,
      allow: 'GET, HEAD',
    });
  }
  expect((await server.send({ method: 'HEAD', url })).status).toBe(200);
});

test.each(paths)('%s: a stranger learns of no operation, nor which methods it has', async (url) => {
  const { token } = await server.addTenant(`stranger-${paths.indexOf(url)}`);
  for (const path of [url, `${url}/nothing`]) {
    expect((await server.send({ method: 'PUT', url: path, token: null })).status).toBe(401);
    const answer = await server.send({ method: 'PUT', url: path, token });
    expect(answer.status).toBe(404);
    expect(answer.headers['allow']).toBeUndefined();
  }
});
