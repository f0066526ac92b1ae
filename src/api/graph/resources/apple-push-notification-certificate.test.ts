import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApplePushCa } from '../../../../test/support/apple-push-ca.ts';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { pushCertificateExample as example } from '../fixtures/documented-examples.ts';
import { bothVersions } from '../route.ts';

const path = (version: string) => `/${version}/deviceManagement/applePushNotificationCertificate`;
const topic = 'com.apple.mgmt.External.7a0c6f52-2f4b-4f1d-8a3c-5d0e9b1c2a34';
const ca = makeApplePushCa();

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

let tenants = 0;
const newTenant = () => server.addTenant(`push-${++tenants}`);

async function signingRequest({ token }: Tenant): Promise<string> {
  const url = `${path('v1.0')}/downloadApplePushNotificationCertificateSigningRequest`;
  return (await server.send({ url, token })).json.value;
}

const get = ({ token }: Tenant, version = 'v1.0') => server.send({ url: path(version), token });

function patch(
  { token }: Tenant,
  body: object,
  { version = 'v1.0', headers = {} }: { version?: string; headers?: Record<string, string> } = {},
) {
  return server.send({ method: 'PATCH', url: path(version), token, body, headers });
}

async function uploaded(): Promise<{ tenant: Tenant; certificate: string; before: unknown }> {
  const tenant = await newTenant();
  const certificate = ca.issue(await signingRequest(tenant));
  const answer = await patch(tenant, { appleIdentifier: 'it@example.com', certificate });
  expect(answer.status, answer.text).toBe(200);
  return { tenant, certificate, before: answer.json };
}

describe("the documentation's example", () => {
  test.each(bothVersions)('%s answers it with the documented object', async (version) => {
    const tenant = await newTenant();
    const certificate = ca.issue(await signingRequest(tenant));
    const answer = await patch(tenant, { ...example.request, certificate }, { version });
    expect(answer.status, answer.text).toBe(200);
    const { '@odata.type': _, ...documented } = example.answer;
    expect(Object.keys(answer.json)).toEqual(['@odata.context', ...Object.keys(documented)]);
    expect(answer.json).toEqual({
      '@odata.context': `https://localhost:80/${version}/$metadata#deviceManagement/applePushNotificationCertificate/$entity`,
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      appleIdentifier: 'Apple Identifier value',
      topicIdentifier: topic,
      lastModifiedDateTime: '2026-03-01T12:00:00Z',
      expirationDateTime: '2027-01-01T00:00:00Z',
      certificateUploadStatus: null,
      certificateUploadFailureReason: null,
      certificateSerialNumber: '4F8E21AA03B7C9D1',
      certificate: null,
    });
    expect((await get(tenant, version)).json).toEqual(answer.json);
  });

  test.each(bothVersions)('on %s the literal "Certificate value" is refused', async (version) => {
    const { tenant, before } = await uploaded();
    const answer = await patch(tenant, example.request, { version });
    expect(answer.status).toBe(400);
    const [detail] = answer.json.error.details;
    expect(detail).toMatchObject({ target: 'certificate' });
    expect(detail.message).toContain('This is not PEM.');
    expect(JSON.parse(answer.json.error.message).Message).toContain('This is not PEM.');
    expect((await get(tenant)).json).toEqual(before);
  });
});

test.each(bothVersions)('%s has no certificate at first', async (version) => {
  const tenant = await newTenant();
  const answer = await get(tenant, version);
  expect([answer.status, answer.json.error.code]).toEqual([404, 'ResourceNotFound']);
  const sentence = 'No Apple push certificate has been uploaded yet.';
  expect(JSON.parse(answer.json.error.message).Message).toContain(sentence);
  expect(answer.json.error.details).toEqual([{ code: 'ResourceNotFound', message: sentence }]);
  const reminder = await patch(tenant, { appleIdentifier: 'it@example.com' }, { version });
  expect([reminder.status, reminder.json.error.details[0].target]).toEqual([400, 'certificate']);
});

describe('signing requests', () => {
  const name = 'downloadApplePushNotificationCertificateSigningRequest';

  test.each([name, `${name}()`, `microsoft.graph.${name}()`, `microsoft.graph.${name}`, name.toUpperCase()])(
    'GET …/%s',
    async (spelling) => {
      for (const version of bothVersions) {
        const answer = await server.send({ url: `${path(version)}/${spelling}` });
        expect(answer.status, answer.text).toBe(200);
        expect(answer.json).toEqual({
          '@odata.context': `https://localhost:80/${version}/$metadata#Edm.String`,
          value: expect.stringMatching(/^-----BEGIN CERTIFICATE REQUEST-----\n/),
        });
      }
    },
  );

  test('beta makes a new one, v1.0 has no such action', async () => {
    const tenant = await newTenant();
    const first = await signingRequest(tenant);
    const action = 'generateApplePushNotificationCertificateSigningRequest';
    const made = await server.send({ method: 'POST', url: `${path('beta')}/${action}`, token: tenant.token });
    expect(made.status).toBe(200);
    expect(made.json.value).not.toBe(first);
    expect(await signingRequest(tenant)).toBe(made.json.value);
    const missing = await server.send({
      method: 'POST',
      url: `${path('v1.0')}/${action}`,
      token: tenant.token,
    });
    expect([missing.status, missing.json.error.message]).toEqual([
      400,
      `Resource not found for the segment '${action}'.`,
    ]);
    for (const request of [first, made.json.value]) {
      expect((await patch(tenant, { certificate: ca.issue(request) })).status).toBe(200);
    }
  });

  test('the action takes no parameters', async () => {
    const url = `${path('beta')}/generateApplePushNotificationCertificateSigningRequest`;
    expect((await server.send({ method: 'POST', url, body: {} })).status).toBe(200);
    const answer = await server.send({ method: 'POST', url, body: { keySize: 4096 } });
    expect([answer.status, answer.json.error.details[0].target]).toEqual([400, 'keySize']);
  });
});

describe('uploads', () => {
  test('as the portal sends them: two keys, and the whole object back from a client', async () => {
    const { tenant, certificate, before } = await uploaded();
    const again = await patch(tenant, { ...(before as object), appleIdentifier: 'new@example.com' });
    expect(again.json).toEqual({ ...(before as object), appleIdentifier: 'new@example.com' });
    const cleared = await patch(tenant, { appleIdentifier: null, certificate }, { version: 'beta' });
    expect(cleared.json).toMatchObject({ appleIdentifier: null, topicIdentifier: topic });
  });

  test('another topic is accepted with a loud warning', async () => {
    const { tenant } = await uploaded();
    const other = 'com.apple.mgmt.External.0c3f2a1e-6f77-4d09-9a54-3f1f5f0f7b10';
    const certificate = ca.issue(await signingRequest(tenant), { topic: other });
    const answer = await patch(tenant, { certificate });
    expect(answer.json).toMatchObject({
      topicIdentifier: other,
      certificateUploadStatus: 'topicChanged',
      certificateUploadFailureReason: expect.stringContaining(
        'EVERY ENROLLED APPLE DEVICE HAS TO ENROL AGAIN',
      ),
    });
  });

  test.each([
    ['of another key', (request: string) => ca.issue(request), 'other'],
    ['expired', (request: string) => ca.issue(request, { notAfter: new Date('2026-02-01') }), 'own'],
    ['without a topic', (request: string) => ca.issue(request, { subject: [] }), 'own'],
    ['that is the signing request', (request: string) => request, 'own'],
  ] as const)('a certificate %s is refused, and the old one stays', async (_what, make, whose) => {
    const { tenant, before } = await uploaded();
    const request = await signingRequest(whose === 'own' ? tenant : await newTenant());
    const answer = await patch(tenant, { appleIdentifier: 'half', certificate: make(request) });
    expect([answer.status, answer.json.error.details[0].target]).toEqual([400, 'certificate']);
    expect(answer.json.error.details[0].message.length).toBeGreaterThan(20);
    expect((await get(tenant)).json).toEqual(before);
  });

  test.each([
    ['certificate', 5],
    ['appleIdentifier', {}],
    ['appleIdentifier', 'x'.repeat(257)],
    ['appleId', 'x'],
  ])('%s %j is refused by name', async (name, value) => {
    const { tenant, before } = await uploaded();
    const answer = await patch(tenant, { [name]: value });
    expect([answer.status, answer.json.error.details[0].target]).toEqual([400, name]);
    expect((await get(tenant)).json).toEqual(before);
  });

  test('Prefer, If-Match and ETag', async () => {
    const { tenant } = await uploaded();
    const etag = String((await get(tenant)).headers['etag']);
    const minimal = await patch(tenant, { appleIdentifier: 'a' }, { headers: { prefer: 'return=minimal' } });
    expect([minimal.status, minimal.text, minimal.headers['preference-applied']]).toEqual([
      204,
      '',
      'return=minimal',
    ]);
    const late = await patch(tenant, { appleIdentifier: 'b' }, { headers: { 'if-match': etag } });
    expect([late.status, late.json.error.code]).toEqual([412, 'PreconditionFailed']);
    const current = String(minimal.headers['etag']);
    expect((await patch(tenant, { appleIdentifier: 'b' }, { headers: { 'if-match': current } })).status).toBe(
      200,
    );
  });

  test('two changes at once both survive', async () => {
    const { tenant } = await uploaded();
    const certificate = ca.issue(await signingRequest(tenant), { serialNumber: '1234' });
    const answers = await Promise.all([
      patch(tenant, { certificate }),
      patch(tenant, { appleIdentifier: 'both@example.com' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await get(tenant)).json).toMatchObject({
      appleIdentifier: 'both@example.com',
      certificateSerialNumber: '1234',
    });
  });
});

test('a certificate is its own organization’s', async () => {
  const { before } = await uploaded();
  const stranger = await newTenant();
  expect((await get(stranger)).status).toBe(404);
  expect((before as { appleIdentifier: string }).appleIdentifier).toBe('it@example.com');
});

test('it is one thing: no list, no creation, no deletion', async () => {
  for (const method of ['POST', 'DELETE', 'PUT'] as const) {
    const answer = await server.send({ method, url: path('v1.0') });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, PATCH, OPTIONS']);
  }
});

test('$select and full metadata', async () => {
  const { tenant } = await uploaded();
  const { token } = tenant;
  const selected = await server.send({ url: `${path('v1.0')}?$select=topicIdentifier`, token });
  expect(selected.json).toEqual({
    '@odata.context':
      'https://localhost:80/v1.0/$metadata#deviceManagement/applePushNotificationCertificate(topicIdentifier)/$entity',
    topicIdentifier: topic,
  });
  const headers = { accept: 'application/json;odata.metadata=full' };
  const full = await server.send({ url: path('v1.0'), token, headers });
  expect(full.json).toMatchObject({
    '@odata.type': '#microsoft.graph.applePushNotificationCertificate',
    'expirationDateTime@odata.type': '#DateTimeOffset',
  });
});
