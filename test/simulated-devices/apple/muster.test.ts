import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { uploadPushCertificate } from '../../support/apple-enrollment.ts';
import { testServer, type Tenant, type TestServer } from '../../support/server.ts';
import { testDevice } from './device-for-test.ts';
import { ScepRefusal } from './failures.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { readProfile } from './profile.ts';
import { requestIdentity } from './scep.ts';
import { inProcessTransport, type Transport } from '../transport.ts';

let server: TestServer;
let tenant: Tenant;
let transport: Transport;
let count = 0;
beforeAll(async () => {
  server = await testServer();
  transport = inProcessTransport((request) => server.app.server.inject(request));
});
beforeEach(async () => {
  tenant = await server.addTenant(`simulated-${++count}`);
  await uploadPushCertificate(server, tenant);
});
afterAll(() => server[Symbol.asyncDispose]());

async function enrollmentUrl(content: object = {}): Promise<string> {
  const answer = await server.send({
    method: 'POST',
    url: `/api/v1/organizations/${tenant.organization.slug}/enrollments`,
    body: { platform: 'apple', ...content },
    token: tenant.token,
  });
  return answer.json.url;
}

const download = async (url: string) =>
  readProfile((await transport({ method: 'GET', url, headers: {} })).body);
const scepOf = (profile: Awaited<ReturnType<typeof download>>) => profile.payloads[0]!;

test('the device gets its certificate from Muster by the enrolment profile that Muster signed', async () => {
  const device = testDevice(transport, { clock: () => server.now() });
  const profile = await download(await enrollmentUrl({ maxUses: 1 }));
  const authority = profile.signers[0]!;
  const { certificate, key } = await requestIdentity(device.setup, device.hardware, scepOf(profile));
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(key)).toBe(true);
  expect(certificate.subject).toMatch(/^O=.*\nCN=device [0-9a-f]{24}$/);
});

test('a challenge that is spent is refused with its reason', async () => {
  const first = testDevice(transport, { clock: () => server.now() });
  const second = testDevice(transport, { clock: () => server.now() });
  const url = await enrollmentUrl({ maxUses: 1 });
  const [one, other] = [await download(url), await download(url)];
  await requestIdentity(first.setup, first.hardware, scepOf(one));
  const refused = requestIdentity(second.setup, second.hardware, scepOf(other));
  await expect(refused).rejects.toThrow(ScepRefusal);
  await expect(refused).rejects.toMatchObject({ pkiStatus: '2', failInfo: '2' });
});

test('without an enrolment at the address nobody enrols', async () => {
  const device = testDevice(transport, { clock: () => server.now() });
  const enrolling = device.enroll(`${server.publicUrl}/mdm/apple/enroll/nothing`);
  await expect(enrolling).rejects.toThrow(ServerRefusal);
  await expect(enrolling).rejects.toMatchObject({ status: 404 });
});
