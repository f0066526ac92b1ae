import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findAuthority, issueCertificate } from '../../src/devices/certificate-authority/index.ts';
import { createEnrollment, newEnrollmentCode } from '../../src/devices/enrollments/index.ts';
import { createDevice, deviceKey, lockDevice } from '../../src/devices/index.ts';
import { hexOfId, parseGuidId } from '../../src/kernel/id.ts';
import { removeDevice } from '../../src/policies/index.ts';
import type { Identity, SimulatedDevice } from '../simulated-devices/apple/index.ts';
import { enrollmentUrl } from '../support/apple-fleet.ts';
import {
  authenticateMessage,
  identityOf,
  messageOf,
  putMessage,
  renewedBySignature,
} from '../support/apple-messages.ts';
import { appleScenario, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

const byCommands = { supportsDeclarations: false };

let server: TestServer;
let org: AppleScenario;
let topic: string;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  const slug = `certificates-${++count}`;
  topic = `com.apple.mgmt.External.${slug}`;
  org = await appleScenario(server, slug);
});
afterAll(() => server[Symbol.asyncDispose]());

async function renewed(identity: Identity): Promise<Identity> {
  const renewal = await renewedBySignature(server, org.tenant.hexId, identity);
  if (!renewal) throw new Error('no certificate was issued');
  return renewal;
}

/** What it is answered that a device calls with this certificate. */
async function idle(device: SimulatedDevice, identity: Identity): Promise<number> {
  const body = messageOf(device, { Status: 'Idle' });
  return (await putMessage(server, 'connect', { hexId: org.tenant.hexId, body, identity })).status;
}

/** What it is answered that a device enrols with this certificate. */
async function enrols(device: SimulatedDevice, identity: Identity): Promise<number> {
  const body = authenticateMessage(device, topic);
  return (await putMessage(server, 'checkin', { hexId: org.tenant.hexId, body, identity })).status;
}

async function remove(): Promise<void> {
  const key = deviceKey(hexOfId(parseGuidId((await org.device()).id)!));
  await server.change(org.tenant, async (context) => {
    await removeDevice(context, await lockDevice(context, 'apple', key));
  });
}

test('a certificate in the place of another is for the same device alone', async () => {
  const [ada, bob] = [await org.enrolled(byCommands), await org.enrolled(byCommands)];
  const next = await renewed(identityOf(bob));
  expect(await idle(ada, next)).toBe(400);
  expect(await enrols(ada, next)).toBe(400);
  expect(await idle(ada, identityOf(ada))).toBe(200);
  expect(await idle(bob, next)).toBe(200);
});

test('a certificate that was replaced is good for nothing, nor is what is issued in its place', async () => {
  const device = await org.enrolled(byCommands);
  const first = identityOf(device);
  const [unused, second] = [await renewed(first), await renewed(first)];
  const third = await renewed(second);
  expect(await idle(device, third)).toBe(400);
  expect(await idle(device, second)).toBe(200);
  for (const other of [first, unused, await renewed(first)]) {
    expect(await idle(device, other)).toBe(400);
    expect(await enrols(device, other)).toBe(400);
  }
  expect(await enrols(device, third)).toBe(200);
  expect(await idle(device, third)).toBe(200);
  expect((await org.device()).state).toBe('ACTIVE');
});

test('a device of which the management was ended comes back by a new profile, not by its certificate', async () => {
  const device = await org.enrolled(byCommands);
  const identity = identityOf(device);
  const next = await renewed(identity);
  await remove();
  expect(await enrols(device, identity)).toBe(400);
  expect(await enrols(device, next)).toBe(400);
  expect((await org.native('GET', '/devices')).items).toEqual([]);
  await device.enroll(await enrollmentUrl(server, org.tenant));
  expect((await org.device()).state).toBe('ACTIVE');
});

test('the certificate of a PC is none of an Apple device', async () => {
  const mac = await org.enrolled(byCommands);
  const { publicKey, privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const { certificate } = await server.change(org.tenant, async (context) => {
    const { id: deviceId } = await createDevice(context, { platform: 'windows' });
    const code = newEnrollmentCode(randomBytes);
    const { id: enrollmentId } = await createEnrollment(context, { platform: 'windows', code });
    const authority = await findAuthority(context);
    return issueCertificate(context, authority!, publicKey, { deviceId, enrollmentId });
  });
  expect(await enrols(mac, { certificate, key })).toBe(400);
  expect(await idle(mac, identityOf(mac))).toBe(200);
});
