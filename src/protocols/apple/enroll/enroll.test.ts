import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readProfile, uploadPushCertificate } from '../../../../test/support/apple-enrollment.ts';
import {
  certificateRequest,
  pkiMessage,
  readPkiReply,
  selfSigned,
} from '../../../../test/simulated-devices/apple/index.ts';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { Secret } from '../../../kernel/secret.ts';
import { isSignedBy, signerCertificate } from '../../../cms/index.ts';
import { readSignedData } from '../../../kernel/cms/read-signed-data.ts';
import { enrollmentProfile } from './profile.ts';

const topic = 'com.apple.mgmt.External.7a0c6f52-2f4b-4f1d-8a3c-5d0e9b1c2a34';

let server: TestServer;
let tenant: Tenant;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  tenant = await server.addTenant(`company-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const pathOf = (url: string) => url.slice(server.publicUrl.length);
const get = (url: string) => server.app.server.inject(pathOf(url));

async function enrol(content: object = {}): Promise<{ id: string; code: string; url: string }> {
  const { slug } = tenant.organization;
  const answer = await server.send({
    method: 'POST',
    url: `/api/v1/organizations/${slug}/enrollments`,
    body: { platform: 'apple', ...content },
    token: tenant.token,
  });
  expect(answer.status).toBe(201);
  return answer.json;
}

const authorityOf = async () => {
  const answer = await server.app.server.inject(`/scep/${tenant.hexId}?operation=GetCACert`);
  return new X509Certificate(answer.rawPayload);
};

test('a device gets a profile, and by it a certificate', async () => {
  await uploadPushCertificate(server, tenant, topic);
  const { url } = await enrol({ maxUses: 1 });
  const answer = await get(`${url}?unsigned=1`);
  expect(answer).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'application/x-apple-aspen-config', 'cache-control': 'no-store' },
  });
  const { profile, payloads, scep } = readProfile(answer.rawPayload);
  expect(profile).toMatchObject({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: `muster.${tenant.hexId}.enrollment`,
    PayloadScope: 'System',
  });
  expect(payloads.map(({ PayloadType }) => PayloadType)).toEqual([
    'com.apple.security.scep',
    'com.apple.mdm',
  ]);
  expect(payloads[1]).toMatchObject({
    IdentityCertificateUUID: payloads[0]!['PayloadUUID'],
    Topic: topic,
    ServerURL: `${server.publicUrl}/mdm/apple/connect/${tenant.hexId}`,
    CheckInURL: `${server.publicUrl}/mdm/apple/checkin/${tenant.hexId}`,
    SignMessage: true,
    AccessRights: 8_191,
    ServerCapabilities: ['com.apple.mdm.per-user-connections', 'com.apple.mdm.bootstraptoken'],
  });
  expect(scep).toMatchObject({ Keysize: 2_048, 'Key Type': 'RSA', 'Key Usage': 5, KeyIsExtractable: false });

  const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const signer = selfSigned(keys.privateKey, keys.publicKey);
  const authority = await authorityOf();
  const reply = await server.app.server.inject({
    method: 'POST',
    url: `${pathOf(scep.URL)}?operation=PKIOperation`,
    payload: pkiMessage(certificateRequest(keys, scep.Challenge), authority, signer),
  });
  const { status, certificates } = readPkiReply(reply.rawPayload, authority, signer);
  expect(status).toBe('0');
  expect(certificates[0]!.verify(authority.publicKey)).toBe(true);

  const again = await get(url);
  expect(again).toMatchObject({
    statusCode: 403,
    body: expect.stringContaining('used as often as it may be'),
  });
});

test('the profile is signed by the authority of the organization', async () => {
  await uploadPushCertificate(server, tenant);
  const { url } = await enrol();
  const signed = readSignedData((await get(url)).rawPayload);
  const authority = await authorityOf();
  expect(Buffer.from(signerCertificate(signed)!).equals(authority.raw)).toBe(true);
  expect(isSignedBy(signed, authority.publicKey)).toBe(true);
  expect(readProfile(Buffer.from(signed.content!)).payloads).toHaveLength(2);
});

test('each download has a challenge of its own and all else in common', async () => {
  await uploadPushCertificate(server, tenant);
  const { url } = await enrol();
  const [first, second] = [await get(`${url}?unsigned=1`), await get(`${url}?unsigned=1`)];
  const { Challenge } = readProfile(first.rawPayload).scep;
  const other = readProfile(second.rawPayload).scep.Challenge;
  expect(other).not.toBe(Challenge);
  expect(second.body.replace(other, Challenge)).toBe(first.body);
});

test('neither code nor challenge are in the log', async () => {
  await uploadPushCertificate(server, tenant);
  const { code, url } = await enrol();
  const { Challenge } = readProfile((await get(`${url}?unsigned=1`)).rawPayload).scep;
  await server.app.server.inject({ method: 'POST', url: pathOf(url) });
  await get(`${url}x`);
  for (const secret of [code, Challenge]) expect(server.logged()).not.toContain(secret);
  expect(server.logged()).toContain('/mdm/apple/enroll/:code');
});

test('an authority of TLS that devices do not know comes with the profile', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const { certificate } = selfSigned(privateKey, publicKey, 'TLS authority');
  const { PayloadContent } = enrollmentProfile({
    organization: tenant.organization,
    publicUrl: 'https://mdm.example.com',
    topic,
    challenge: new Secret('challenge'),
    tlsAuthority: certificate,
  });
  expect(PayloadContent).toMatchObject([
    { PayloadType: 'com.apple.security.scep' },
    { PayloadType: 'com.apple.mdm' },
    { PayloadType: 'com.apple.security.root', PayloadContent: certificate.raw },
  ]);
});

describe('no profile', () => {
  test.each<[string, () => Promise<string>, number, RegExp]>([
    [
      'for a code of nobody',
      async () => `${server.publicUrl}/mdm/apple/enroll/abc`,
      404,
      /no enrolment at this/,
    ],
    ['without a push certificate', async () => (await enrol()).url, 503, /has no Apple push certificate yet/],
    [
      'with a push certificate that has expired',
      async () => {
        await uploadPushCertificate(server, tenant);
        const { url } = await enrol();
        server.advance(300 * 24 * 3_600_000);
        return url;
      },
      503,
      /push certificate that expired at/,
    ],
    [
      'after the end of the enrolment',
      async () => {
        await uploadPushCertificate(server, tenant);
        const { url } = await enrol({ expiresAt: new Date(server.now().getTime() + 1_000).toISOString() });
        server.advance(1_000);
        return url;
      },
      403,
      /has expired/,
    ],
    [
      'once the enrolment is withdrawn',
      async () => {
        await uploadPushCertificate(server, tenant);
        const { id, url } = await enrol();
        const { token, organization } = tenant;
        await server.send({
          method: 'DELETE',
          url: `/api/v1/organizations/${organization.slug}/enrollments/${id}`,
          token,
        });
        return url;
      },
      403,
      /was withdrawn/,
    ],
  ])('%s', async (_, makeUrl, status, reason) => {
    const answer = await get(await makeUrl());
    expect({ status: answer.statusCode, type: answer.headers['content-type'] }).toEqual({
      status,
      type: 'text/plain; charset=utf-8',
    });
    expect(answer.body).toMatch(reason);
  });
});
