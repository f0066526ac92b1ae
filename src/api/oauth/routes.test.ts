import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';

let server: TestServer;
let other: Tenant;
beforeAll(async () => {
  server = await testServer();
  other = await server.addTenant('other');
});
afterAll(() => server[Symbol.asyncDispose]());

const graphScope = 'https://graph.microsoft.com/.default';
const formType = { 'content-type': 'application/x-www-form-urlencoded' };

function form(changes: Record<string, string> = {}, of: Tenant = server.tenant): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_id: of.clientId,
    client_secret: of.clientSecret,
    scope: graphScope,
    ...changes,
  };
}

function signIn(
  body: Record<string, string> | string,
  {
    tenant = server.tenant.organization.tenantId,
    query = '',
    headers = {},
  }: { tenant?: string; query?: string; headers?: Record<string, string> } = {},
) {
  return server.send({
    method: 'POST',
    url: `/${tenant}/oauth2/v2.0/token${query}`,
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
    headers: { ...formType, ...headers },
    token: null,
  });
}

const get = (url: string) => server.send({ url, token: null });

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

test('an application signs in and calls an API', async () => {
  const answer = await signIn(form());
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
    json: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: expect.any(String) },
  });
  expect(Object.keys(answer.json)).toHaveLength(4);
  const called = await server.send({ url: '/api/v1/organizations/default', token: answer.json.access_token });
  expect(called.json).toMatchObject({ slug: 'default' });
});

test("the token has the claims of Entra's app-only tokens, and the key set verifies it", async () => {
  const { organization, clientId } = server.tenant;
  const { json } = await signIn(form());
  const keys = await get(`/${organization.tenantId}/discovery/v2.0/keys`);
  const { payload, protectedHeader } = await jwtVerify(json.access_token, createLocalJWKSet(keys.json), {
    currentDate: server.now(),
    algorithms: ['RS256'],
  });
  const now = server.now().getTime() / 1_000;
  expect(payload).toMatchObject({
    iss: `${server.publicUrl}/${organization.tenantId}/`,
    aud: 'https://graph.microsoft.com',
    tid: organization.tenantId,
    appid: clientId,
    idtyp: 'app',
    ver: '1.0',
    iat: now,
    nbf: now,
    exp: now + 3_600,
    roles: expect.arrayContaining(['DeviceManagementConfiguration.ReadWrite.All']),
  });
  expect(protectedHeader).toMatchObject({ typ: 'JWT', alg: 'RS256', kid: keys.json.keys[0].kid });
});

test('the key set holds public keys alone', async () => {
  const { json } = await get('/common/discovery/v2.0/keys');
  for (const key of json.keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  }
});

test('the slug stands for the tenant id, and the scope chooses the audience', async () => {
  const scopes = [`${server.publicUrl}/.default`, '00000003-0000-0000-c000-000000000000/.default'];
  for (const scope of scopes) {
    const { json } = await signIn(form({ scope }), { tenant: 'DEFAULT' });
    const claims = decodeJwt(json.access_token);
    expect(claims).toMatchObject({
      aud: scope.replace('/.default', ''),
      tid: server.tenant.organization.tenantId,
    });
    const own = scope.startsWith(server.publicUrl);
    expect(claims['roles']).toContain(own ? 'group.read' : 'Group.Read.All');
    const called = await server.send({ url: '/api/v1/organizations/default', token: json.access_token });
    expect(called.status).toBe(200);
  }
});

test("MSAL's query and parameters are accepted, and HTTP Basic", async () => {
  const { client_id: id, client_secret: secret, ...rest } = form({ 'x-client-SKU': 'msal.js.node' });
  const authorization = `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret!)}`).toString('base64')}`;
  const answer = await signIn(rest, {
    query: `?client-request-id=${randomUUID()}`,
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
  });
  expect(answer.status).toBe(200);
});

test("errors have Entra's form and repeat the client's request id", async () => {
  const correlationId = randomUUID();
  const wrong = form({ client_secret: 'wrong secret' });
  const answer = await signIn(wrong, { query: `?client-request-id=${correlationId}` });
  expect(answer).toMatchObject({
    status: 401,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache', 'content-type': /^application\/json/ },
  });
  const { trace_id: traceId } = answer.json;
  expect(answer.json).toEqual({
    error: 'invalid_client',
    error_description: expect.stringMatching(
      `^AADSTS7000215: Invalid client secret provided .* Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: 2026-03-01 12:00:00Z$`,
    ),
    error_codes: [7000215],
    timestamp: '2026-03-01 12:00:00Z',
    trace_id: answer.headers['request-id'],
    correlation_id: correlationId,
  });
  const inHeader = await signIn(wrong, { headers: { 'client-request-id': correlationId.toUpperCase() } });
  expect(inHeader.json.correlation_id).toBe(correlationId);
  const odd = await signIn(wrong, { query: '?client-request-id=<script>' });
  expect(odd.json.correlation_id).toEqual(uuid);
});

test('each thing that can be wrong has its own number', async () => {
  const stranger = form({}, other);
  const cases: [Parameters<typeof signIn>, status: number, error: string, number: number][] = [
    [[form(), { tenant: randomUUID() }], 400, 'invalid_request', 90002],
    [[form(), { tenant: 'nobody' }], 400, 'invalid_request', 90002],
    [[form(), { tenant: 'a%22b%0ac' }], 400, 'invalid_request', 90002],
    [[form(), { tenant: 'common' }], 400, 'invalid_request', 50059],
    [[form(), { tenant: 'Organizations' }], 400, 'invalid_request', 50059],
    [[form({ client_id: randomUUID() })], 400, 'unauthorized_client', 700016],
    [[form({ client_id: 'no guid' })], 400, 'unauthorized_client', 700016],
    [[form({ client_id: 'nul\0' })], 400, 'unauthorized_client', 700016],
    [[stranger], 400, 'unauthorized_client', 700016],
    [[form({ client_secret: 'nul\0' })], 401, 'invalid_client', 7000215],
    [[form({ client_secret: other.clientSecret })], 401, 'invalid_client', 7000215],
    [[form({ client_secret: '' })], 401, 'invalid_client', 7000216],
    [[form({ grant_type: 'password' })], 400, 'unsupported_grant_type', 70003],
    [[form({ scope: 'openid profile' })], 400, 'invalid_scope', 70011],
    [[form({ scope: 'openid' })], 400, 'invalid_scope', 1002012],
    [[form({ scope: 'https://vault.azure.net/.default' })], 400, 'invalid_resource', 500011],
    [['%'.repeat(100)], 400, 'invalid_request', 900144],
    [[''], 400, 'invalid_request', 900144],
    [['a=1&a=2'], 400, 'invalid_request', 9002313],
    [
      [JSON.stringify(form()), { headers: { 'content-type': 'application/json' } }],
      400,
      'invalid_request',
      9002313,
    ],
    [[form(), { headers: { 'content-type': 'text/plain' } }], 400, 'invalid_request', 9002313],
    [[form(), { headers: { 'content-type': '' } }], 400, 'invalid_request', 9002313],
    [[form(), { query: '?x=%00' }], 400, 'invalid_request', 9002313],
    [[form({ filler: 'x'.repeat(100 * 1024) })], 413, 'invalid_request', 9002313],
  ];
  for (const [request, status, error, number] of cases) {
    const { json, ...answer } = await signIn(...request);
    const name = `${error} ${number}: ${JSON.stringify(request).slice(0, 200)}`;
    expect({ status: answer.status, error: json?.error, codes: json?.error_codes }, name).toEqual({
      status,
      error,
      codes: [number],
    });
    expect(json.error_description, name).toMatch(new RegExp(`^AADSTS${number}: [ !#-\\[\\]-~]+$`));
    expect(json.trace_id, name).toEqual(uuid);
  }
});

test('a client that failed by the Authorization header is asked for Basic', async () => {
  const { client_id: _id, client_secret: _secret, ...rest } = form();
  for (const authorization of ['Basic !!!', 'Basic eDp5', `Bearer ${server.tenant.token}`]) {
    const answer = await signIn(rest, { headers: { authorization } });
    const asked = answer.headers['www-authenticate'];
    expect([answer.status, asked], authorization).toEqual(
      answer.json.error === 'invalid_client'
        ? [401, expect.stringMatching(/^Basic realm=/)]
        : [400, undefined],
    );
  }
  expect((await signIn(form({ client_secret: 'wrong one' }))).headers).not.toHaveProperty('www-authenticate');
});

test('tenant of another organization: neither its applications nor its tokens', async () => {
  const foreign = await signIn(form({}, other), { tenant: other.organization.tenantId });
  expect(foreign.status).toBe(200);
  const { access_token: token } = foreign.json;
  expect((await server.send({ url: '/api/v1/organizations/other', token })).status).toBe(200);
  expect((await server.send({ url: '/api/v1/organizations/default', token })).status).toBe(404);
});

test('discovery names the endpoints of the tenant', async () => {
  const { tenantId } = server.tenant.organization;
  const base = `${server.publicUrl}/${tenantId}`;
  for (const tenant of [tenantId, tenantId.toUpperCase(), 'default']) {
    const second = await get(`/${tenant}/v2.0/.well-known/openid-configuration`);
    expect(second).toMatchObject({
      status: 200,
      json: {
        issuer: `${base}/v2.0`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
      },
    });
    const first = await get(`/${tenant}/.well-known/openid-configuration`);
    expect(first.json).toEqual({ ...second.json, issuer: `${base}/` });
  }
  const any = await get('/common/v2.0/.well-known/openid-configuration');
  expect(any.json).toMatchObject({
    issuer: `${server.publicUrl}/{tenantid}/v2.0`,
    token_endpoint: `${server.publicUrl}/common/oauth2/v2.0/token`,
  });
});

test('every address that discovery names answers', async () => {
  const { json } = await get('/default/v2.0/.well-known/openid-configuration');
  const path = (name: string) => new URL(json[name]).pathname;
  expect((await get(path('jwks_uri'))).status).toBe(200);
  expect((await get(path('authorization_endpoint'))).json).toMatchObject({
    error: 'unsupported_response_type',
  });
  const device = await server.send({
    method: 'POST',
    url: path('device_authorization_endpoint'),
    token: null,
  });
  expect(device.json).toMatchObject({ error: 'unsupported_response_type' });
});

test('discovery of a tenant that does not exist is refused', async () => {
  for (const path of [
    '.well-known/openid-configuration',
    'v2.0/.well-known/openid-configuration',
    'discovery/v2.0/keys',
  ]) {
    const answer = await get(`/${randomUUID()}/${path}`);
    expect(answer, path).toMatchObject({ status: 400, json: { error_codes: [90002] } });
  }
});

test('instance discovery knows this server alone', async () => {
  const discover = (endpoint: string, headers = {}) =>
    server.send({
      url: `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(endpoint)}`,
      headers,
      token: null,
    });
  const own = await discover(`${server.publicUrl}/default/oauth2/v2.0/authorize`);
  expect(own).toMatchObject({
    status: 200,
    json: {
      tenant_discovery_endpoint: `${server.publicUrl}/default/v2.0/.well-known/openid-configuration`,
      metadata: [
        {
          preferred_network: 'localhost:8443',
          preferred_cache: 'localhost:8443',
          aliases: ['localhost:8443'],
        },
      ],
    },
  });
  const led = await discover('https://login.microsoftonline.com/default/oauth2/v2.0/authorize', {
    host: 'login.microsoftonline.com',
  });
  expect(led.json.metadata[0].aliases).toEqual(['login.microsoftonline.com', 'localhost:8443']);
  for (const endpoint of ['https://login.evil.example/x/oauth2/v2.0/authorize', 'no url', '']) {
    const answer = await discover(endpoint);
    expect(answer.status, endpoint).toBe(400);
  }
  expect((await get('/common/discovery/instance')).json.error_codes).toEqual([900144]);
  const twice = '/common/discovery/instance?authorization_endpoint=a&authorization_endpoint=b';
  expect((await get(twice)).status).toBe(400);
});

test('other methods are 405 with Allow, and HEAD goes where GET goes', async () => {
  const allowed = {
    '/default/oauth2/v2.0/token': 'POST',
    '/default/v2.0/.well-known/openid-configuration': 'GET, HEAD',
    '/default/discovery/v2.0/keys': 'GET, HEAD',
    '/common/discovery/instance': 'GET, HEAD',
  };
  for (const [url, allow] of Object.entries(allowed)) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      if (allow.split(', ').includes(method)) continue;
      const answer = await server.send({ method, url, body: 'x', token: null });
      expect({ status: answer.status, allow: answer.headers['allow'] }, `${method} ${url}`).toEqual({
        status: 405,
        allow,
      });
      if (method !== 'HEAD') expect(answer.json.error_codes).toEqual([900561]);
    }
  }
  const head = await server.send({ method: 'HEAD', url: '/default/discovery/v2.0/keys', token: null });
  expect(head).toMatchObject({ status: 200, text: '' });
});

test('nothing that a client sent as secret is logged', async () => {
  await signIn(form({ client_secret: 'a-secret-to-look-for' }));
  expect(server.logged()).not.toContain('a-secret-to-look-for');
  expect(server.logged()).not.toContain(server.tenant.clientSecret);
});
