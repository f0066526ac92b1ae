import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';
import { bothVersions } from './route.ts';

const configurations = '/v1.0/deviceManagement/deviceConfigurations';
const partners = '/v1.0/deviceManagement/complianceManagementPartners';
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const type = '#microsoft.graph.macOSGeneralDeviceConfiguration';

let server: TestServer;
let stranger: Tenant;
beforeAll(async () => {
  server = await testServer();
  stranger = await server.addTenant('stranger');
});
afterAll(() => server[Symbol.asyncDispose]());

async function accessToken({ organization, clientId, clientSecret }: Tenant): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://graph.microsoft.com/.default',
  });
  const answer = await server.send({
    method: 'POST',
    url: `/${organization.tenantId}/oauth2/v2.0/token`,
    body: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    token: null,
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.access_token;
}

describe('headers', () => {
  test('of an answer', async () => {
    const { headers } = await server.send({ url: partners });
    expect(headers).toMatchObject({
      'content-type':
        'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
      'odata-version': '4.0',
      'cache-control': 'no-cache',
      'strict-transport-security': 'max-age=31536000',
      'request-id': expect.stringMatching(guid),
      date: expect.any(String),
    });
    expect(headers['client-request-id']).toBe(headers['request-id']);
    expect(JSON.parse(String(headers['x-ms-ags-diagnostic']))).toHaveProperty('ServerInfo');
  });

  test.each(['client-request-id', 'x-ms-client-request-id'])('%s is echoed, in errors too', async (name) => {
    const id = '4f0c2a4e-35a1-4b8e-9c1d-8f2e7a6b5c4d';
    for (const url of [partners, '/v1.0/nothing', `${partners}/0`]) {
      const answer = await server.send({ url, headers: { [name]: id } });
      expect(answer.headers['client-request-id']).toBe(id);
      if (answer.status === 200) continue;
      expect(answer.json.error.innerError).toEqual({
        date: server.now().toISOString().slice(0, 19),
        'request-id': answer.headers['request-id'],
        'client-request-id': id,
      });
    }
    const wrong = await server.send({ url: partners, headers: { [name]: '<script>' } });
    expect(wrong.headers['client-request-id']).toBe(wrong.headers['request-id']);
  });
});

test.each(bothVersions)('the roots of %s need no token', async (version) => {
  const root = await server.send({ url: `/${version}/`, token: null });
  expect(root.json).toEqual({
    '@odata.context': `https://localhost:80/${version}/$metadata`,
    value: [
      { name: 'groups', kind: 'EntitySet', url: 'groups' },
      { name: 'deviceManagement', kind: 'Singleton', url: 'deviceManagement' },
    ],
  });
  for (const { url } of root.json.value) {
    expect((await server.send({ url: `/${version}/${url}` })).status).toBe(200);
  }
  const metadata = await server.send({ url: `/${version}/$metadata`, token: null });
  expect([metadata.status, metadata.headers['content-type']]).toEqual([200, 'application/xml']);
  expect(metadata.text).toMatch(/^<\?xml|^<edmx:Edmx/);
});

test.each([
  ['/v1.0', 'POST', 'GET, HEAD'],
  ['/beta/', 'DELETE', 'GET, HEAD'],
  ['/v1.0/$batch', 'GET', 'POST'],
] as const)('%s takes no %s', async (url, method, allow) => {
  const answer = await server.send({ method, url });
  expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
  expect(answer.json.error).toMatchObject({ code: 'Request_BadRequest', innerError: {} });
});

test('deviceManagement is there to be seen', async () => {
  const { status, json } = await server.send({ url: '/v1.0/deviceManagement' });
  expect(status).toBe(200);
  expect(json).toEqual({
    '@odata.context': 'https://localhost:80/v1.0/$metadata#deviceManagement/$entity',
    id: server.tenant.organization.id,
  });
  const headers = { accept: 'application/json;odata.metadata=full' };
  const full = await server.send({ url: '/v1.0/deviceManagement', headers });
  const link = full.json['deviceConfigurations@odata.navigationLink'];
  expect((await server.send({ url: link.replace('https://localhost:80', '') })).status).toBe(200);
});

describe('tokens', () => {
  const get = (authorization: string | undefined) =>
    server.send({
      url: partners,
      token: null,
      headers: authorization === undefined ? {} : { authorization },
    });

  async function expectRefused(authorization: string | undefined, message: string): Promise<void> {
    const answer = await get(authorization);
    expect(answer.status).toBe(401);
    expect(answer.json.error).toMatchObject({ code: 'InvalidAuthenticationToken', message });
    expect(answer.json.error.details).toEqual([{ code: 'InvalidAuthenticationToken', message }]);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  }

  test('none', async () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz']) {
      await expectRefused(header, 'Access token is empty.');
    }
  });

  test('garbage', async () => {
    const message = 'CompactToken parsing failed with error code: 80049217';
    for (const token of ['a b', 'ä', '<x>', 'x'.repeat(10_000), 'a.b.c']) {
      await expectRefused(`Bearer ${token}`, message);
    }
  });

  test('unknown', async () => {
    await expectRefused(`Bearer ${'A'.repeat(43)}`, 'The token is unknown or was revoked.');
  });

  test('expired', async () => {
    const expiresAt = new Date(server.now().getTime() + 1_000);
    const token = await server.addToken(server.tenant, ['partner.read'], expiresAt);
    expect((await get(`Bearer ${token}`)).status).toBe(200);
    const jwt = await accessToken(server.tenant);
    expect((await get(`Bearer ${jwt}`)).status).toBe(200);
    server.advance(3_601_000);
    for (const old of [token, jwt]) {
      await expectRefused(`Bearer ${old}`, 'Lifetime validation failed, the token is expired.');
    }
  });

  test('signed by somebody else, unsigned, changed', async () => {
    const jwt = await accessToken(server.tenant);
    const [header, payload, signature] = jwt.split('.') as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const { privateKey } = await generateKeyPair('RS256');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    const tenantChanged = encode({ ...claims, tid: stranger.organization.tenantId });
    for (const token of [
      foreign,
      `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${encode({ alg: 'HS256', kid })}.${payload}.${signature}`,
      `${header}.${tenantChanged}.${signature}`,
    ]) {
      const answer = await get(`Bearer ${token}`);
      expect([answer.status, answer.json.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
    }
  });

  test("another tenant's access token sees its own tenant alone", async () => {
    const created = await server.send({ method: 'POST', url: partners, body: { displayName: 'ours' } });
    const token = await accessToken(stranger);
    const { json } = await server.send({ url: partners, token });
    expect(json.value).toEqual([]);
    const url = `${partners}/${created.json.id}`;
    expect((await server.send({ url, token })).status).toBe(404);
    expect((await server.send({ method: 'PATCH', url, token, body: { displayName: 'theirs' } })).status).toBe(
      404,
    );
    expect((await server.send({ url, token: await accessToken(server.tenant) })).json.displayName).toBe(
      'ours',
    );
  });

  test('without the permission the answer names those that would do', async () => {
    const token = await server.addToken(server.tenant, ['group.read', 'partner.read']);
    const answer = await server.send({ method: 'POST', url: partners, body: {}, token });
    expect([answer.status, answer.json.error.code]).toEqual([403, 'Forbidden']);
    const sentence =
      'Application is not authorized to perform this operation. Application must have one of the following scopes: DeviceManagementServiceConfig.ReadWrite.All, DeviceManagementConfiguration.ReadWrite.All, DeviceManagementServiceConfiguration.ReadWrite.All';
    expect(JSON.parse(answer.json.error.message).Message).toMatch(new RegExp(`^${sentence} - Operation ID`));
    expect(answer.json.error.details[0].message).toBe(sentence);
    expect((await server.send({ url: partners, token })).status).toBe(200);
  });
});

describe('bodies', () => {
  const urls = [configurations, partners, '/beta/groups'];
  const post = (url: string, body: string, headers: Record<string, string> = {}) =>
    server.send({ method: 'POST', url, body, headers });
  const count = async () =>
    Promise.all(urls.map(async (url) => (await server.send({ url })).json.value.length));

  test.each([
    ['broken JSON', '{"displayName":', 'The body is not valid JSON'],
    ['a trailing comma', '{"displayName":"x",}', 'The body is not valid JSON'],
    ['a duplicate key', '{"displayName":"x","displayName":"y"}', "The key 'displayName' appears twice"],
    ['a prototype', '{"__proto__":{"displayName":"x"}}', "The key '__proto__' is not allowed."],
    ['a NUL', '{"displayName":"a\\u0000b"}', 'contains a NUL character'],
    ['half a surrogate pair', '{"displayName":"\\ud800"}', 'half of a surrogate pair'],
    ['half a pair in a key', '{"\\udc00":1}', 'half of a surrogate pair'],
    ['a huge number', '{"version":1e400}', 'too large a number'],
    ['an unsafe integer', '{"version":9007199254740993}', 'beyond 2^53'],
    ['deep nesting', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'nested more than 64 levels'],
    ['an array', '[{"displayName":"x"}]', 'must be a JSON object'],
    ['a string', '"x"', 'must be a JSON object'],
    ['null', 'null', 'must be a JSON object'],
    ['nothing', '', 'must be a JSON object'],
  ])('%s is refused and nothing is made', async (_what, body, sentence) => {
    const before = await count();
    for (const url of urls) {
      const answer = await post(url, body);
      expect(answer.status, answer.text).toBe(400);
      expect(answer.json.error.details[0].message).toContain(sentence);
      expect(answer.json.error.message).toContain(answer.json.error.details[0].message.slice(0, 20));
    }
    expect(await count()).toEqual(before);
  });

  test('a body that is not UTF-8', async () => {
    const answer = await server.app.server.inject({
      method: 'POST',
      url: partners,
      headers: { authorization: `Bearer ${server.tenant.token}`, 'content-type': 'application/json' },
      payload: Buffer.from('{"displayName":"\u00e4"}', 'latin1'),
    });
    expect([answer.statusCode, answer.json().error.details[0].message]).toEqual([
      400,
      'The body is not UTF-8.',
    ]);
  });

  test('10 MB are too much', async () => {
    const answer = await post(partners, JSON.stringify({ displayName: 'x'.repeat(10 * 1024 * 1024) }));
    expect([answer.status, answer.json.error.code]).toEqual([413, 'RequestEntityTooLarge']);
  });

  test('10 MB over a socket are answered as well', async () => {
    await server.app.server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.app.server.server.address() as AddressInfo;
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          port,
          method: 'POST',
          path: partners,
          headers: {
            authorization: `Bearer ${server.tenant.token}`,
            'content-type': 'application/json',
            'content-length': 10 * 1024 * 1024,
          },
        },
        (answer) => {
          resolve(answer.statusCode);
          request.destroy();
        },
      );
      request.once('error', reject);
      request.write('{');
    });
    expect(status).toBe(413);
  });

  test.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense'])(
    '%s is no JSON',
    async (contentType) => {
      const answer = await post(partners, '{"displayName":"x"}', { 'content-type': contentType });
      expect([answer.status, answer.json.error.code]).toEqual([415, 'UnsupportedMediaType']);
      expect(answer.json.error.message).toContain('application/json');
    },
  );

  test.each([
    'application/json; charset=utf-8',
    'application/json;odata.metadata=minimal;IEEE754Compatible=true',
    'APPLICATION/JSON',
  ])('%s is', async (contentType) => {
    expect((await post(partners, '{}', { 'content-type': contentType })).status).toBe(201);
  });

  test('an unknown property, a wrong type and a null where there can be none are told together', async () => {
    const body = { '@odata.type': type, displayName: null, passwordRequired: 'yes', color: 'red' };
    const answer = await post(configurations, JSON.stringify(body));
    expect(answer.status).toBe(400);
    expect(answer.json.error.details.map(({ target }: { target: string }) => target)).toEqual([
      'color',
      'displayName',
      'passwordRequired',
    ]);
    expect(JSON.parse(answer.json.error.message).Message).toContain('2 more problems are listed');
  });

  test('no answer repeats a secret that stood in a body that could not be read', async () => {
    const url = '/v1.0/deviceManagement/applePushNotificationCertificate';
    const secret = 'MIIEvQIBADANBgkqhkiG9w0';
    for (const body of [
      `{"certificate":"-----BEGIN PRIVATE KEY-----\\n${secret}\\n-----END PRIVATE KEY-----"}`,
      `{"certificate":${secret}}`,
      `{"certificate":"${secret}`,
    ]) {
      const answer = await server.send({ method: 'PATCH', url, body });
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(secret);
    }
    expect(server.logged()).not.toContain(secret);
  });
});

test.each([
  '/v1.0/groups/%00',
  '/v1.0/groups/%E0%A4%A',
  '/v1.0/groups/%ff',
  '/v1.0/groups/%0a',
  "/v1.0/groups('a'",
  '/v1.0/groups/()',
  `/v1.0/${'x'.repeat(5_000)}`,
  '/v1.0/groups?$filter=%00',
  `/v1.0/groups?$filter=${'('.repeat(5_000)}`,
  `/v1.0/groups?$filter=displayName eq '${'x'.repeat(9_000)}'`,
])('GET %s cannot be read', async (url) => {
  const answer = await server.send({ url });
  expect(answer.status).toBe(400);
  expect(answer.text.length).toBeLessThan(20_000);
});
