import { generateKeyPairSync, hash, type X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storedRows } from '../../../../test/support/stored-rows.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { signContent } from '../../../cms/index.ts';
import { endAccount, lockAccount } from '../../../devices/dm-accounts/index.ts';
import { revokeCertificate } from '../../../devices/certificate-authority/index.ts';
import { windows11Request } from './fixtures/certificate-request.ts';
import { faultOf, post, provisionedBy } from './fixtures/enrolling.ts';
import { itemsWith, requestSecurityToken, typed } from './fixtures/soap.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const newKeys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const day = 86_400_000;

let server: TestServer;
let code: string;
beforeAll(async () => {
  server = await testServer({ certificateHeader: 'client-cert' });
  const url = '/api/v1/organizations/default/enrollments';
  code = (await server.send({ method: 'POST', url, body: { platform: 'windows' } })).json.code;
});
afterAll(() => server[Symbol.asyncDispose]());

async function enrolled(pc: string): Promise<X509Certificate> {
  const request = windows11Request(keys);
  const message = requestSecurityToken({
    security: typed(code),
    request,
    items: itemsWith({ DeviceID: pc }),
  });
  return provisionedBy(await post(server, 'Enrollment', message)).certificate('CertificateStore/My/User');
}

const signedBy = (certificate: X509Certificate, key = keys.privateKey, content = windows11Request(newKeys)) =>
  signContent({ certificate: certificate.raw, key }, content);

const renew = (request: Uint8Array, shown?: X509Certificate) =>
  post(
    server,
    'Enrollment',
    requestSecurityToken({ security: '', type: 'Renew', request, items: [] }),
    shown && { 'client-cert': `:${shown.raw.toString('base64')}:` },
  );

const sha256 = (certificate: X509Certificate) => hash('sha256', certificate.raw, 'buffer');
const accountOf = (certificate: X509Certificate) =>
  server.change(server.tenant, (context) => lockAccount(context, { fingerprint: sha256(certificate) }));

test('a PC gets another certificate for the one that it has; from its first use on the old one is of no more use', async () => {
  const old = await enrolled('renewing');
  server.advance(300 * day);
  const answer = await renew(signedBy(old), old);
  expect(answer.status).toBe(200);
  const document = provisionedBy(answer);
  const thumbprint = expect.stringMatching(/^CertificateStore\/My\/User\/[0-9A-F]{40}/);
  expect(document.paths).toEqual([
    'CertificateStore',
    'CertificateStore/My',
    'CertificateStore/My/User',
    thumbprint,
    thumbprint,
    'CertificateStore/My/User/PrivateKeyContainer',
    'APPLICATION',
    'APPLICATION/PROVIDER-ID',
  ]);
  expect(document.value('APPLICATION/PROVIDER-ID')).toBe('Muster');
  const renewed = document.certificate('CertificateStore/My/User');
  expect(renewed.subject).toBe(old.subject);
  expect(renewed.publicKey.equals(newKeys.publicKey)).toBe(true);
  expect(renewed.validToDate.getTime()).toBeGreaterThan(old.validToDate.getTime());

  const again = provisionedBy(await renew(signedBy(old))).certificate('CertificateStore/My/User');
  expect(again.raw.equals(renewed.raw)).toBe(true);
  const before = await accountOf(old);
  expect(before).toMatchObject({ dmDeviceId: 'renewing' });
  expect(await accountOf(renewed)).toMatchObject({ deviceId: before!.deviceId });
  expect(await accountOf(old)).toBeUndefined();
  expect(faultOf(await renew(signedBy(old)))).toBe('s:Authorization/NotEligibleToRenew');
});

test('a renewal that is not right is refused, and changes nothing', async () => {
  const own = await enrolled('refused');
  const other = await enrolled('another');
  const revoked = await enrolled('revoked');
  const ended = await enrolled('ended');
  await server.change(server.tenant, (context) => revokeCertificate(context, revoked.serialNumber));
  const { deviceId } = (await accountOf(ended))!;
  await server.change(server.tenant, (context) => endAccount(context, deviceId));
  const damaged = Buffer.from(signedBy(own));
  damaged[damaged.length - 1]! ^= 1;
  const before = await storedRows(server);
  for (const [request, shown, fault] of [
    [signedBy(own, newKeys.privateKey), undefined, 's:CertificateRequest'],
    [damaged, undefined, 's:CertificateRequest'],
    [signedBy(own), other, 's:CertificateRequest'],
    [signedBy(own, keys.privateKey, Buffer.from('hello')), own, 's:CertificateRequest'],
    [windows11Request(newKeys), own, 's:CertificateRequest'],
    [signedBy(revoked), revoked, 's:Authorization/NotEligibleToRenew'],
    [signedBy(ended), ended, 's:Authorization/NotEligibleToRenew'],
  ] as const) {
    expect(faultOf(await renew(request, shown))).toBe(fault);
  }
  expect(await storedRows(server)).toEqual(before);
  server.advance(366 * day);
  expect(faultOf(await renew(signedBy(own), own))).toBe('s:Authorization/NotEligibleToRenew');
});
