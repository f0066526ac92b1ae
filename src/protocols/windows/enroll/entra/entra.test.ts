import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { storedRows } from '../../../../../test/support/stored-rows.ts';
import { testServer, type TestServer } from '../../../../../test/support/server.ts';
import { windows11Request } from '../fixtures/certificate-request.ts';
import { faultOf, post, provisionedBy, textOf } from '../fixtures/enrolling.ts';
import { discover, getPolicies, itemsWith, jwtType, requestSecurityToken, token } from '../fixtures/soap.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const nextKeys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const tenantId = '8f9fe9cb-39d4-4f7a-b0d3-27b2c6a3b9f1';
const issuer = `https://sts.windows.net/${tenantId}/`;
const audience = 'https://mdm.example.com/';
const jwksUrl = 'https://login.example.com/keys';
const url = '/api/v1/organizations/default/windows-enrollment';

let server: TestServer;
let published: Map<string, KeyObject> | 'down';
let fetched: string[];
let enrollmentId: string;
let hex: string;

const outgoing: typeof fetch = async (address) => {
  fetched.push(address instanceof Request ? address.url : address.toString());
  if (published === 'down') throw new TypeError('fetch failed');
  const jwks = [...published].map(async ([kid, key]) =>
    Object.assign(await exportJWK(key), { kid, alg: 'RS256' }),
  );
  return Response.json({ keys: await Promise.all(jwks) });
};

beforeAll(async () => {
  server = await testServer({ outgoing });
  hex = server.tenant.hexId;
  const body = { platform: 'windows', tags: ['joined'] };
  const enrollments = '/api/v1/organizations/default/enrollments';
  enrollmentId = (await server.send({ method: 'POST', url: enrollments, body })).json.id;
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  published = new Map([['one', keys.publicKey]]);
  fetched = [];
  // No test finds the keys of the one before.
  server.advance(3_600_000);
  expect((await put()).status).toBe(200);
});

const entra = () => ({ issuer, audience, jwksUrl, tenantId, enrollmentId });
const put = (changed: object = {}) =>
  server.send({
    method: 'PUT',
    url,
    body: { authPolicy: 'Federated', entra: { ...entra(), ...changed } },
  });

function jwt(
  changed: Readonly<Record<string, unknown>> = {},
  key = keys.privateKey,
  header = {},
): Promise<string> {
  const now = server.now().getTime() / 1_000;
  const payload: Record<string, unknown> = {
    iss: issuer,
    aud: audience,
    tid: tenantId,
    upn: 'ada@example.com',
    scp: 'mdm_delegation',
    iat: now,
    nbf: now,
    exp: now + 3_600,
    ...changed,
  };
  const given = Object.entries(payload).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(given))
    .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
    .sign(key);
}

const issue = (text: string, pc: string, path = `${hex}/Enrollment`) =>
  post(
    server,
    path,
    requestSecurityToken({
      security: token(text, jwtType),
      request: windows11Request(keys),
      items: itemsWith({ DeviceID: pc, EnrollmentType: 'Device' }),
    }),
  );

test('the settings are read, replaced and taken back', async () => {
  const discoveryUrl = `${server.publicUrl}/EnrollmentServer/${hex}/Discovery.svc`;
  expect((await server.send({ url })).json).toEqual({
    authPolicy: 'Federated',
    entra: entra(),
    discoveryUrl,
  });
  expect((await server.send({ method: 'DELETE', url })).status).toBe(204);
  expect((await server.send({ url })).json).toEqual({ authPolicy: 'OnPremise', entra: null, discoveryUrl });
  for (const [changed, path] of [
    [{ enrollmentId: server.newId() }, 'entra.enrollmentId'],
    [{ jwksUrl: 'http://login.example.com/keys' }, 'entra.jwksUrl'],
  ] as const) {
    const answer = await put(changed);
    expect(answer.status).toBe(400);
    expect(answer.json.violations[0].path).toBe(path);
  }
});

test("at the organization's address its way of asking is chosen, if the PC offers it", async () => {
  const policyFor = async (path: string, policies: readonly string[]) =>
    textOf((await post(server, path, discover({ policies }))).xml, 'AuthPolicy');
  expect(await policyFor(`${hex}/Discovery`, ['OnPremise', 'Federated'])).toBe('Federated');
  expect(await policyFor(`${hex}/Discovery`, ['OnPremise'])).toBe('OnPremise');
  expect(await policyFor('Discovery', ['OnPremise', 'Federated'])).toBe('OnPremise');
});

test('a PC that joins Entra ID enrols by its token', async () => {
  const text = await jwt();
  expect((await post(server, `${hex}/Policy`, getPolicies(token(text, jwtType)))).status).toBe(200);
  const answer = await issue(text, 'joined');
  expect(answer.status).toBe(200);
  const document = provisionedBy(answer);
  expect(document.paths).toContain('CertificateStore/My/System');
  expect(document.value('DMClient/Provider/Muster/UPN')).toBe('ada@example.com');
  const id = document.value('DMClient/Provider/Muster/EntDMID')!;
  const device = await server.send({ url: `/v1/organizations/default/mdm/windows/enterprise/devices/${id}` });
  expect(device.json.data.tags).toEqual(['joined']);
  expect(fetched).toEqual([jwksUrl]);
});

test('the address in the token decides what an enrolment template gives', async () => {
  const windows = '/v1/organizations/default/mdm/windows/enterprise';
  const send = async (method: 'POST' | 'PUT' | 'DELETE' | 'GET', path: string, body?: object) =>
    (await server.send({ method, url: windows + path, ...(body && { body }) })).json.data;
  const { id: winPolicyId } = await send('POST', '/policies', { name: 'For templates', config: {} });
  const rule = (name: string) => ({ tags: [name], winPolicyId });
  const { id: elementId } = await send('POST', '/enrollment-templates', {
    name: 'By address',
    rules: [{ ...rule('known'), conditions: [{ patterns: ['grace@*'] }] }, rule('others')],
  });
  await send('POST', '/default-config', { type: 'winEnrollmentTemplate', modelName: 'windows', elementId });
  for (const [upn, tag] of [
    ['Grace@example.com', 'known'],
    ['ada@example.com', 'others'],
  ] as const) {
    const document = provisionedBy(await issue(await jwt({ upn }), `pc-of-${upn}`));
    const id = document.value('DMClient/Provider/Muster/EntDMID')!;
    const device = await send('GET', `/devices/${id}`);
    expect(device).toMatchObject({ tags: ['joined', tag], winPolicy: { id: winPolicyId } });
  }
  await send('DELETE', `/enrollment-templates/${elementId}`);
});

test('new keys of the issuer are fetched when a token is signed with one, but not for every made-up key', async () => {
  expect((await issue(await jwt(), 'before')).status).toBe(200);
  published = new Map([['two', nextKeys.publicKey]]);
  const signed = () => jwt({}, nextKeys.privateKey, { kid: 'two' });
  expect(faultOf(await issue(await signed(), 'too-soon'))).toBe('s:Authentication');
  server.advance(60_000);
  expect((await issue(await signed(), 'after')).status).toBe(200);
  expect(fetched).toHaveLength(2);
});

test('keys that cannot be fetched are no fault of the PC, and it is told so', async () => {
  published = 'down';
  const answer = await issue(await jwt(), 'down');
  expect(faultOf(answer)).toBe('s:EnrollmentServer/InMaintenance');
  expect(textOf(answer.xml, 'Message')).toMatch(
    /^The keys of the issuer cannot be fetched from https:\/\/login/,
  );
  published = new Map();
  server.advance(10_000);
  expect(faultOf(await issue(await jwt(), 'down'))).toBe('s:Authentication');
});

describe('a token is refused', () => {
  test.each([
    ['of another tenant', { tid: 'another' }],
    ['without a tenant', { tid: undefined }],
    ['of another issuer', { iss: 'https://sts.windows.net/another/' }],
    ['for another application', { aud: 'https://another.example.com/' }],
    ['that has expired', { exp: 1 }],
    ['without an end', { exp: undefined }],
    ['that is not good yet', { nbf: 4_000_000_000 }],
  ])('%s', async (_, changed) => {
    const text = await jwt(changed);
    const before = await storedRows(server);
    expect(faultOf(await issue(text, 'refused'))).toBe('s:Authentication');
    expect(await storedRows(server)).toEqual(before);
  });

  test('that is signed with another key, with none, or with a public one', async () => {
    const [head, body] = (await jwt()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const shared = new SignJWT({ tid: tenantId }).setProtectedHeader({ alg: 'HS256', kid: 'one' });
    const secret = keys.publicKey.export({ type: 'spki', format: 'der' });
    for (const text of [
      await jwt({}, nextKeys.privateKey),
      `${none}.${body}.`,
      `${head}.${body}.`,
      'hello',
      await shared.sign(secret),
    ]) {
      expect(faultOf(await issue(text, 'refused'))).toBe('s:Authentication');
    }
  });

  test('at the address of no organization, or of one without Entra ID', async () => {
    const other = await server.addTenant('other');
    expect(faultOf(await issue(await jwt(), 'refused', 'Enrollment'))).toBe('s:Authentication');
    expect(faultOf(await issue(await jwt(), 'refused', `${other.hexId}/Enrollment`))).toBe(
      's:Authentication',
    );
  });
});
