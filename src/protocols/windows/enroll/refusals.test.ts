import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedRows } from '../../../../test/support/stored-rows.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { windows10Request, windows11Request } from './fixtures/certificate-request.ts';
import { all, faultOf, post, textOf } from './fixtures/enrolling.ts';
import { discover, getPolicies, itemsWith, requestSecurityToken, token, typed } from './fixtures/soap.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const shortKeys = generateKeyPairSync('rsa', { modulusLength: 1_024 });
const curveKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const request = windows11Request(keys);

let server: TestServer;
let code: string;
beforeAll(async () => {
  server = await testServer();
  code = await newCode();
});
afterAll(() => server[Symbol.asyncDispose]());

async function newCode(content: object = {}): Promise<string> {
  const url = '/api/v1/organizations/default/enrollments';
  const answer = await server.send({ method: 'POST', url, body: { platform: 'windows', ...content } });
  expect(answer.status).toBe(201);
  return answer.json.code;
}

/** The fault of a message that changes nothing. */
async function refusalOf(service: string, message: string | Buffer): Promise<string | undefined> {
  const before = await storedRows(server);
  const answer = await post(server, service, message);
  expect(await storedRows(server)).toEqual(before);
  expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.text)));
  expect(answer.text).not.toContain(code);
  return faultOf(answer);
}

const issue = (changed: Partial<Parameters<typeof requestSecurityToken>[0]> = {}) =>
  requestSecurityToken({ security: typed(code), request, ...changed });

describe.each([
  ['Policy', (security: string) => getPolicies(security)],
  ['Enrollment', (security: string) => issue({ security })],
])('%s refuses', (service, message) => {
  test.each([
    ['no credential', () => ''],
    ['a wrong code', () => typed('a'.repeat(32))],
    ['an empty code', () => typed('')],
    ['a digest of the code', () => typed(code).replace('#PasswordText', '#PasswordDigest')],
    ['a token of nobody', () => token('a made-up token')],
    ['a token of an unknown type', () => token('a made-up token', 'urn:unknown')],
    ['a token that is no Base64', () => token('x').replace(/>\s*eA==/, '>€')],
  ])('%s', async (_, security) => {
    expect(await refusalOf(service, message(security()))).toBe('s:Authentication');
  });

  test('the code of an enrolment for Apple devices', async () => {
    const url = '/api/v1/organizations/default/enrollments';
    const { json } = await server.send({ method: 'POST', url, body: { platform: 'apple' } });
    expect(await refusalOf(service, message(typed(json.code)))).toBe('s:Authentication');
  });

  test('the code of another organization than that in the path', async () => {
    const other = await server.addTenant(`other-${service.toLowerCase()}`);
    const path = `${other.hexId}/${service}`;
    expect(await refusalOf(path, message(typed(code)))).toBe('s:Authentication');
    expect(await refusalOf(`${'0'.repeat(24)}/${service}`, message(typed(code)))).toBe('s:EnrollmentServer');
    expect(await refusalOf(`nobody/${service}`, message(typed(code)))).toBe('s:EnrollmentServer');
  });

  test('an enrolment that has expired or was withdrawn', async () => {
    const expiresAt = new Date(server.now().getTime() + 60_000).toISOString();
    const expired = await newCode({ expiresAt });
    const url = '/api/v1/organizations/default/enrollments';
    const withdrawn = await server.send({ method: 'POST', url, body: { platform: 'windows' } });
    await server.send({ method: 'DELETE', url: `${url}/${withdrawn.json.id}` });
    server.advance(60_000);
    expect(await refusalOf(service, message(typed(expired)))).toBe('s:Authorization');
    expect(await refusalOf(service, message(typed(withdrawn.json.code)))).toBe('s:Authorization');
  });
});

test('an enrolment that has no uses left is refused in the words that Windows has for it', async () => {
  const spent = await newCode({ maxUses: 1 });
  const security = typed(spent);
  const first = await post(
    server,
    'Enrollment',
    issue({ security, items: itemsWith({ DeviceID: 'first' }) }),
  );
  expect(first.status).toBe(200);
  const second = issue({ security, items: itemsWith({ DeviceID: 'second' }) });
  expect(await refusalOf('Enrollment', second)).toBe('s:Authorization/DeviceCapReached');
  // The PC that spent it asks here first when it did not get its answer.
  expect((await post(server, 'Policy', getPolicies(security))).status).toBe(200);
  const answer = await post(server, 'Enrollment', second);
  expect(textOf(answer.xml, 'Message')).toMatch(/^This enrolment has been used as often as it may be/);
  expect(textOf(answer.xml, 'TraceId')).toBe(String(answer.headers['request-id']));
  expect(textOf(answer.xml, 'RelatesTo')).toBe('urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478');
  expect(all(answer.xml, 'Fault')[0]!.children.map(({ name }) => name)).toEqual(['Code', 'Reason', 'Detail']);
});

describe('a request for a certificate is refused', () => {
  const damaged = Buffer.from(request);
  damaged[damaged.length - 1]! ^= 1;
  test.each([
    ['that is no ASN.1', Buffer.from('hello')],
    ['that is cut off', request.subarray(0, 300)],
    ['whose signature is wrong', damaged],
    ['for a short key', windows10Request(shortKeys)],
    ['for a key that is not RSA', windows11Request(curveKeys)],
  ])('%s', async (_, bytes) => {
    expect(await refusalOf('Enrollment', issue({ request: bytes }))).toBe('s:CertificateRequest');
  });

  test.each([
    [
      'without a DeviceID',
      { items: itemsWith({ DeviceID: undefined }) },
      's:MessageFormat/InvalidEnrollmentData',
    ],
    [
      'with an endless DeviceID',
      { items: itemsWith({ DeviceID: 'x'.repeat(257) }) },
      's:MessageFormat/InvalidEnrollmentData',
    ],
    ['of an unknown type', { type: 'Validate' }, 's:EnrollmentServer/NotSupported'],
    [
      'in another form',
      { valueType: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS7' },
      's:CertificateRequest',
    ],
  ])('%s', async (_, changed, fault) => {
    expect(await refusalOf('Enrollment', issue(changed))).toBe(fault);
  });
});

describe('a message is refused', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "&a;&a;&a;&a;">]>`;
  const wrongNamespace = 'http://schemas.microsoft.com/windows/management/2012/01/another';
  test.each([
    ['that is empty', ''],
    ['that is no XML', 'hello'],
    ['that is cut off', discover().slice(0, 400)],
    ['that is no envelope', '<Discover/>'],
    ['with an empty body', discover().replace(/<s:Body>.*<\/s:Body>/s, '<s:Body/>')],
    ['with two contents', discover().replace('</s:Body>', '<more/></s:Body>')],
    [
      'of another namespace',
      discover().replaceAll(
        'http://schemas.microsoft.com/windows/management/2012/01/enrollment"',
        `${wrongNamespace}"`,
      ),
    ],
    ['of another SOAP', discover({ soap: 'urn:soap' })],
    ['for another service', getPolicies('')],
    [
      'with entities',
      `${bomb}${discover()
        .trim()
        .replace(/^<\?xml[^>]*>/, '')
        .replace('user@example.com', '&b;')}`,
    ],
    ['that is nested too deep', discover().replace('<Inner>1</Inner>', '<i>'.repeat(40) + '</i>'.repeat(40))],
    ['with too many elements', discover().replace('<Inner>1</Inner>', '<i/>'.repeat(2_001))],
    [
      'with a prefix of nothing',
      discover().replace('<Inner>', '<no:Inner>').replace('</Inner>', '</no:Inner>'),
    ],
    ['that is too large', discover().replace('<Inner>1</Inner>', 'x'.repeat(256 * 1024))],
    ['that is not UTF-8', Buffer.concat([Buffer.from(discover()), Buffer.of(0xff)])],
  ])('%s', async (_, message) => {
    expect(await refusalOf('Discovery', message)).toBe('s:MessageFormat');
  });

  test('and the log says so once, without the password', () => {
    const lines = server
      .logged()
      .split('\n')
      .filter((line) => line.includes('enrolment of a PC refused'));
    expect(lines.length).toBeGreaterThan(30);
    expect(server.logged()).not.toContain('unexpected error');
    expect(server.logged()).not.toContain(code);
  });
});

test('other methods than those of the protocol are refused', async () => {
  for (const [method, service, allow] of [
    ['PUT', 'Discovery', 'GET, HEAD, POST'],
    ['GET', 'Policy', 'POST'],
    ['GET', 'Enrollment', 'POST'],
  ] as const) {
    const answer = await server.send({ method, url: `/EnrollmentServer/${service}.svc`, token: null });
    expect(answer).toMatchObject({ status: 405, headers: { allow } });
  }
});
