import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from './support/server.ts';

/** What no API answers for. */

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('health, readiness and metrics need no token', async () => {
  expect((await server.send({ url: '/healthz', token: null })).json).toEqual({ status: 'ok' });
  expect((await server.send({ url: '/readyz', token: null })).json).toEqual({ status: 'ready' });
  await server.send({ url: '/v1/organizations/default/mdm/users' });
  const metrics = await server.send({ url: '/metrics', token: null });
  expect(metrics.headers['content-type']).toMatch(/^text\/plain/);
  expect(metrics.text).toMatch(
    /muster_http_request_duration_seconds_count\{[^}]*route="\/v1\/organizations\/:organizationId\/mdm\/users"[^}]*\} 1/,
  );
  expect(metrics.text).toContain('process_resident_memory_bytes');
});

test('the address that the start shows leads to the API reference', async () => {
  const answer = await server.send({ url: '/', token: null });
  expect(answer.status).toBe(302);
  expect(answer.headers.location).toBe('/docs/');
  const page = await server.send({ url: '/docs/', token: null });
  expect(page.text).toContain('<title>Muster: API reference</title>');
});

test('a path that no API has is 404 and asks for no token', async () => {
  for (const url of ['/favicon.ico', '/v2.0/me', '/v1/nothing']) {
    const answer = await server.send({ url, token: null });
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ title: 'Not Found', code: 'routeNotFound' });
  }
});

test.each(['/healthz?x=%00', '/v1.0/deviceManagement/%00', '/v1/organizations/default/mdm/users?search=%00'])(
  'a NUL in %s is 400',
  async (url) => {
    expect((await server.send({ url })).status).toBe(400);
  },
);

test.each(['/%', '/v1.0/%zz', '/v1/organizations/%E0%A4%A/mdm/users', '/api/v1/organizations/%ff'])(
  'broken percent-encoding in %s is 400',
  async (url) => {
    const answer = await server.send({ url });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/json/);
  },
);

test('the OpenAPI document describes every operation of the two APIs, and each reference in it leads somewhere', async () => {
  const { json } = await server.send({ url: '/docs/openapi.json', token: null });
  expect(json.openapi).toBe('3.1.0');
  expect(Object.keys(json.paths).length).toBeGreaterThan(30);
  expect(json.paths['/v1/organizations/{organizationId}/mdm/configurations'].put.summary).toBeTruthy();
  expect(json.paths['/api/v1/organizations/{organization}/tokens'].post.summary).toBeTruthy();
  for (const path of Object.keys(json.paths))
    expect(path).toMatch(/^\/((api\/)?v1\/organizations\/\{|mdm\/agent\/v1\/)/);
  for (const [reference] of JSON.stringify(json).matchAll(/"\$ref":"#\/[^"]+"/g)) {
    const pointer = reference.slice('"$ref":"#/'.length, -1).split('/');
    expect(
      pointer.reduce((at, key) => at?.[decodeURIComponent(key)], json),
      reference,
    ).toBeDefined();
  }
});

test('every answer has a request id, and the log knows it', async () => {
  const answer = await server.send({
    method: 'POST',
    url: '/v1.0/deviceManagement/complianceManagementPartners',
    body: {},
  });
  expect(answer.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(server.logged()).toContain(String(answer.headers['request-id']));
});

test('bytes that are not HTTP end the connection and nothing else', async () => {
  await server.app.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.server.address() as { port: number };
  for (const bytes of [
    '\0\0\0\0\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
  ]) {
    const answer = await new Promise<string>((resolve) => {
      let received = '';
      connect(port, '127.0.0.1')
        .on('data', (chunk) => (received += chunk.toString()))
        .on('close', () => resolve(received))
        // A server that has answered may reset a client that is still sending.
        .on('error', () => resolve(received))
        .write(bytes);
    });
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d/);
  }
  expect((await server.send({ url: '/healthz', token: null })).status).toBe(200);
});
