import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillOrganization, type Filled } from '../../../test/support/filled-organization.ts';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { endpoints } from './endpoints.ts';

let server: TestServer;
let filled: Filled;
beforeAll(async () => {
  server = await testServer();
  filled = await fillOrganization(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const root = '/v1/organizations/default';
const configurations = `${root}/mdm/configurations`;
const put = (body: unknown, headers?: Record<string, string>) =>
  server.send({ method: 'PUT', url: configurations, body, ...(headers && { headers }) });

const entraId = { tenantId: 't', clientId: 'c' };
const failure = (code: number, message: string) => ({ status: false, error: { code, message } });

describe('a body that cannot be', () => {
  test.each([
    ['broken JSON', '{"entraId": {', 400, 5209],
    ['nothing', '', 400, 5209],
    ['an array', '[]', 400, 5209],
    ['null', 'null', 400, 5209],
    ['the same key twice', '{"entraId": {}, "entraId": {}}', 400, 5209],
    ['a NUL character', '{"entraId": {"tenantId": "a\\u0000", "clientId": "c"}}', 400, 5209],
    ['half a surrogate pair', '{"entraId": {"tenantId": "\\ud800", "clientId": "c"}}', 400, 5209],
    ['1,000 levels', `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`, 400, 5209],
    ['__proto__', '{"__proto__": {"entraId": 1}}', 400, 5209],
    ['10 MB', JSON.stringify({ entraId: { ...entraId, x: 'y'.repeat(10 * 1024 * 1024) } }), 413, 4130],
  ])('%s', async (_, body, status, code) => {
    const answer = await put(body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ status: false, error: { code, details: [{}] } });
    expect(answer.json.error.details[0].message.length).toBeGreaterThan(10);
  });

  test('another content type', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense']) {
      const answer = await put('entraId=1', { 'content-type': type });
      expect(answer.status, type).toBe(415);
      expect(answer.json).toMatchObject(failure(4150, 'Unsupported media type'));
    }
  });
});

test('unknown properties are ignored, unknown parameters are refused by name', async () => {
  expect((await put({ entraId: { ...entraId, other: 1 }, more: [] })).status).toBe(200);
  const asked = await server.send({ url: `${root}/mdm/users?serch=ana` });
  expect(asked.status).toBe(400);
  expect(asked.json.error.details).toEqual([{ path: 'serch', message: 'is not a known property' }]);
});

test('slashes at the end and in the middle do not count', async () => {
  for (const url of [
    `${configurations}/`,
    `${root}//mdm//configurations`,
    `/v1//organizations/DEFAULT/mdm/configurations`,
  ]) {
    expect((await server.send({ url })).status, url).toBe(200);
  }
});

test('tokens are refused in the documented words', async () => {
  const none = await server.send({ url: configurations, token: null });
  expect(none).toMatchObject({ status: 401, json: failure(4002, 'No auth token') });
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  const claims = Buffer.from('{"tid":"x","appid":"x"}').toString('base64url');
  for (const token of ['nonsense-token', `${header}.${claims}.`, 'a.b.c', '%%%']) {
    const answer = await server.send({ url: configurations, token });
    expect(answer, token).toMatchObject({ status: 401, json: failure(4004, 'Invalid Token') });
  }
  const limited = await server.addToken(server.tenant, ['user.read']);
  const refused = await server.send({ url: configurations, token: limited });
  expect(refused).toMatchObject({ status: 403, json: failure(4001, 'Unauthorized') });
  expect(refused.json.error.details[0].message).toContain('mdm.global.configurations.get');
});

test('no input makes a 500, and every answer has its declared shape', async () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const names = [...new Set(endpoints.flatMap(({ body }) => Object.keys(body?.properties ?? {})))];
  const body = fc.oneof(
    json,
    fc.dictionary(fc.constantFrom(...names), fc.oneof(json, fc.constant('507f1f77bcf86cd799439011')), {
      maxKeys: 5,
    }),
    fc.string(),
  );
  const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 6 }));
  const query = fc.array(
    fc.tuple(fc.constantFrom('page', 'limit', 'sort', 'search', 'tags', 'segmentId', 'type', 'state'), text),
    { maxLength: 3 },
  );
  const request = fc.record({
    endpoint: fc.constantFrom(...endpoints),
    key: fc.option(fc.oneof(text, fc.constantFrom('SL7DEMO0001', '507f1f77bcf86cd799439011', '0'))),
    query,
    body,
    ifMatch: fc.option(fc.constantFrom('W/"1"', '*', '"x"', 'W/"99999999999999999999"')),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ endpoint, key, query: sent, body: sentBody, ifMatch }) => {
      const path = endpoint.url.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(key?.toWellFormed() || filled.idOf(endpoint.url, name)),
      );
      const search = new URLSearchParams(
        sent.map(([name, value]): [string, string] => [name, value.toWellFormed()]),
      );
      const answer = await server.send({
        method: endpoint.method,
        url: `${root}${path}?${search.toString()}`,
        ...(endpoint.method !== 'GET' && { body: sentBody }),
        ...(ifMatch !== null && { headers: { 'if-match': ifMatch } }),
      });
      expect(answer.status, `${endpoint.method} ${path}: ${answer.text}`).toBeLessThan(500);
      expect(answer.json?.status).toBe(answer.status < 400);
    }),
    { numRuns: 1_500 },
  );
}, 120_000);
