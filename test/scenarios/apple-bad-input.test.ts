import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revokeCertificate } from '../../src/devices/certificate-authority/index.ts';
import {
  readDict,
  selfSigned,
  writePlist,
  type Identity,
  type PlistDict,
  type SimulatedDevice,
} from '../simulated-devices/apple/index.ts';
import { appleDevice, enrollmentUrl } from '../support/apple-fleet.ts';
import {
  authenticateMessage,
  identityOf,
  messageOf,
  putMessage,
  renewedBySignature,
  tokenMessage,
  type SentMessage,
} from '../support/apple-messages.ts';
import { appleScenario, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { storedRows } from '../support/stored-rows.ts';

const day = 24 * 3_600_000;
const byCommands = { supportsDeclarations: false };
const topic = 'com.apple.mgmt.External.bad-input';

let server: TestServer;
let org: AppleScenario;
/** A device that nobody harms. */
let ada: SimulatedDevice;
let bob: SimulatedDevice;

beforeAll(async () => {
  server = await testServer();
  org = await appleScenario(server, 'bad-input');
  ada = await org.enrolled(byCommands);
  bob = await org.enrolled(byCommands);
});
afterAll(() => server[Symbol.asyncDispose]());

const put = (
  to: 'checkin' | 'connect',
  body: Buffer,
  proof: Partial<SentMessage> = {},
  hexId = org.tenant.hexId,
) => putMessage(server, to, { hexId, body, identity: identityOf(ada), ...proof });

const message = (dict: PlistDict, device = ada) => messageOf(device, dict);
const idle = (device = ada) => message({ Status: 'Idle' }, device);
const authenticate = (device = ada) => authenticateMessage(device, topic);
const tokenUpdate = (device = ada) => tokenMessage(device, topic);
const replaced = (body: Buffer, from: string, to: string) => Buffer.from(body.toString().replace(from, to));

const laughs = `<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "ha">${Array.from(
  { length: 20 },
  (_, index) => `<!ENTITY a${index} "${index === 0 ? '&a;' : `&a${index - 1};`.repeat(10)}">`,
).join('')}]><plist version="1.0"><dict><key>UDID</key><string>&a19;</string></dict></plist>`;

/** Sends what must be refused: it is, as said, is logged once and as no bug, and changes nothing. */
async function expectRefused(
  status: number,
  send: () => Promise<{ readonly status: number }>,
): Promise<void> {
  const before = await storedRows(server);
  const logged = server.logged().length;
  expect(await send()).toMatchObject({ status });
  const lines = server
    .logged()
    .slice(logged)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { level: number; msg: string }]));
  expect(lines.filter(({ level }) => level >= 30).map(({ msg }) => msg)).toEqual([
    'device message refused',
    'request',
  ]);
  expect(await storedRows(server)).toEqual(before);
}

describe.each(['checkin', 'connect'] as const)('to %s', (to) => {
  const good = () => (to === 'checkin' ? tokenUpdate() : idle());
  test.each<[string, number, () => Buffer, (() => Partial<SentMessage>)?]>([
    ['nothing', 400, () => Buffer.alloc(0)],
    ['half a message', 400, () => good().subarray(0, good().length / 2)],
    ['another format', 400, () => Buffer.from('{"Status": "Idle"}')],
    ['more than 16 MiB', 413, () => Buffer.alloc(16 * 1024 * 1024 + 1, 0x20)],
    ['a billion laughs', 400, () => Buffer.from(laughs)],
    ['nested a thousand times', 400, () => Buffer.from(`<plist>${'<array>'.repeat(1_000)}`)],
    ['a list that is no dict', 400, () => Buffer.from('<plist><array/></plist>')],
    ['a number for the device', 400, () => writePlist({ ...readDict(good()), UDID: 1 })],
    ['no device', 400, () => message({ MessageType: 'CheckOut', Status: 'Idle', UDID: '' })],
    [
      'a text for the token and the status',
      400,
      () => message({ MessageType: 'TokenUpdate', Topic: topic, Token: 'x', PushMagic: 'x', Status: 'Done' }),
    ],
    [
      'the topic of somebody else',
      400,
      () =>
        message({
          MessageType: 'TokenUpdate',
          Topic: 'com.apple.mgmt.x',
          Token: Buffer.alloc(32),
          PushMagic: 'x',
          Status: 'Lost',
        }),
    ],
    ['a signature that is none', 400, good, () => ({ header: 'AAAA' })],
    ['a signature that is not Base64', 400, good, () => ({ header: '%%%' })],
    ['a signature over something else', 400, good, () => ({ over: Buffer.from('else') })],
    ['a signature that is too large', 400, good, () => ({ header: 'A'.repeat(13_000) })],
    ['a certificate of nobody', 400, good, () => ({ identity: stranger() })],
    ['the certificate of another device', 400, good, () => ({ identity: identityOf(bob) })],
    [
      'a device that is not known',
      400,
      () => replaced(good(), ada.channel.ids['UDID']!, 'F0000000-0000-0000-0000-00000000000F'),
    ],
    [
      'a user who has not enrolled',
      400,
      () =>
        message({ MessageType: 'GetBootstrapToken', Status: 'Idle', UserID: 'U-1', UserShortName: 'ada' }),
    ],
  ])('%s is refused with %i', async (_, status, body, proof) => {
    await expectRefused(status, () => put(to, body(), proof?.()));
  });

  test('neither no proof nor an organization that is not there is told to leave', async () => {
    await expectRefused(400, async () => {
      const answer = await server.app.server.inject({
        method: 'PUT',
        url: `/mdm/apple/${to}/${org.tenant.hexId}`,
        payload: good(),
      });
      return { status: answer.statusCode };
    });
    await expectRefused(404, () => put(to, good(), {}, '0'.repeat(24)));
    await expectRefused(404, () => put(to, good(), {}, 'nobody'));
  });
});

function stranger(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return selfSigned(privateKey, publicKey);
}

test.each<[string, () => Buffer]>([
  ['a message that does not exist', () => message({ MessageType: 'Surrender' })],
  ['no message type', () => message({ Topic: topic })],
  ['a token for a service', () => message({ MessageType: 'GetToken', TokenServiceType: 'com.apple.maid' })],
  ['a user who asks to enrol', () => message({ MessageType: 'Authenticate', Topic: topic, UserID: 'U-1' })],
])('%s is refused at check-in', async (_, body) => {
  await expectRefused(400, () => put('checkin', body()));
});

test('one certificate is for one device', async () => {
  const carol = appleDevice(server, byCommands);
  const asCarol = replaced(authenticate(), ada.channel.ids['UDID']!, carol.hardware.udid);
  await expectRefused(400, () => put('checkin', asCarol));
});

test('a user of a device that is not enrolled is not enrolled either', async () => {
  const device = await org.enrolled(byCommands);
  expect(await put('checkin', authenticate(device), { identity: identityOf(device) })).toMatchObject({
    status: 200,
  });
  const user = { UserID: 'U-1', UserShortName: 'ada', UserLongName: 'Ada' };
  const body = writePlist({ ...readDict(tokenUpdate(device)), ...user });
  await expectRefused(400, () => put('checkin', body, { identity: identityOf(device) }));
});

test('messages that come again lead to the same device', async () => {
  const device = await org.enrolled(byCommands);
  const proof = { identity: identityOf(device) };
  const devices = async () => (await org.native('GET', '/devices?limit=100')).items as { id: string }[];
  const before = (await devices()).map(({ id }) => id).toSorted();
  const [first, second] = [authenticate(device), tokenUpdate(device)];
  for (const body of [second, second, first, first, second, second]) {
    expect(await put('checkin', body, proof)).toMatchObject({ status: 200, text: '' });
  }
  expect((await devices()).map(({ id }) => id).toSorted()).toEqual(before);
  expect(await device.checkIn()).not.toEqual([]);
});

test('who leaves twice has left once', async () => {
  const device = await org.enrolled(byCommands);
  const body = message({ MessageType: 'CheckOut', Topic: topic }, device);
  const proof = { identity: identityOf(device) };
  expect(await put('checkin', body, proof)).toMatchObject({ status: 200 });
  const left = await storedRows(server);
  expect(await put('checkin', body, proof)).toMatchObject({ status: 200 });
  expect(await storedRows(server)).toEqual(left);
  expect(await put('connect', idle(device), proof)).toMatchObject({ status: 403 });
  expect(await storedRows(server)).toEqual(left);
});

test('a result that nobody asked for is taken, and changes nothing', async () => {
  const device = await org.enrolled(byCommands);
  const proof = { identity: identityOf(device) };
  const report = (uuid: string) => message({ Status: 'Acknowledged', CommandUUID: uuid }, device);
  await put('connect', report('before'), proof);
  const before = await storedRows(server);
  for (const uuid of [
    '019CA945-0A00-828D-8000-0004437CA71B',
    'verify.0',
    'leave',
    'x'.repeat(255),
    '\u{1f600}',
  ]) {
    expect(await put('connect', report(uuid), proof)).toMatchObject({ status: 200, text: '' });
  }
  expect(await storedRows(server)).toEqual(before);
});

/** With the certificate of the device: not enough to enrol, to call, or to get another certificate. */
async function expectNotBelieved(device: SimulatedDevice, identity: Identity): Promise<void> {
  const proof = { identity };
  await expectRefused(400, () => put('checkin', tokenUpdate(device), proof));
  await expectRefused(400, () => put('checkin', authenticate(device), proof));
  await expectRefused(400, () => put('connect', idle(device), proof));
  const before = await storedRows(server);
  expect(await renewedBySignature(server, org.tenant.hexId, identity)).toBeUndefined();
  expect(await storedRows(server)).toEqual(before);
}

test('a certificate that was revoked is good for nothing', async () => {
  const device = await org.enrolled(byCommands);
  const identity = identityOf(device);
  const revoke = () =>
    server.change(org.tenant, (context) => revokeCertificate(context, identity.certificate.serialNumber));
  await revoke();
  const revoked = await storedRows(server);
  await revoke();
  expect(await storedRows(server)).toEqual(revoked);
  expect(revoked['tenancy_audit_event']).toContain('certificate.revoke');
  await expectNotBelieved(device, identity);
  await expect(
    server.change(org.tenant, (context) => revokeCertificate(context, 'FF')),
  ).rejects.toMatchObject({ code: 'notFound' });
  await device.enroll(await enrollmentUrl(server, org.tenant));
  expect(await device.checkIn()).not.toEqual([]);
});

test('why a message is refused is told', async () => {
  const answer = await put('connect', idle(bob), { over: Buffer.from('else'), identity: identityOf(bob) });
  expect(answer).toEqual({ status: 400, text: "The 'Mdm-Signature' is not one of this message.\n" });
});

test('a certificate that has ended is good for nothing', async () => {
  const device = await org.enrolled(byCommands);
  server.advance(366 * day);
  await expectNotBelieved(device, identityOf(device));
});
