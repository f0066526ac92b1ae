import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { deviceKey, lockDevice } from '../../src/devices/index.ts';
import { hexOfId, parseGuidId } from '../../src/kernel/id.ts';
import { removeDevice } from '../../src/policies/index.ts';
import {
  writePlist,
  type PlistDict,
  type SimulatedChannel,
  type SimulatedDevice,
} from '../simulated-devices/apple/index.ts';
import { enrollmentUrl } from '../support/apple-fleet.ts';
import {
  authenticateMessage,
  identityOf,
  messageOf,
  putMessage,
  tokenMessage,
} from '../support/apple-messages.ts';
import { appleScenario, typesOf, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

const person = { kind: 'mac', userId: 'U-1', shortName: 'ada', longName: 'Ada' } as const;

let server: TestServer;
let org: AppleScenario;
let topic: string;
let mac: SimulatedDevice;
let ada: SimulatedChannel;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  const slug = `users-${++count}`;
  topic = `com.apple.mgmt.External.${slug}`;
  org = await appleScenario(server, slug);
  mac = await org.enrolled({ supportsDeclarations: false });
  ada = await signedIn();
  await ada.checkIn();
});
afterAll(() => server[Symbol.asyncDispose]());

async function signedIn(): Promise<SimulatedChannel> {
  const user = await mac.user(person);
  if (!user) throw new Error('the user is not managed');
  return user;
}

const put = (to: 'checkin' | 'connect', body: Buffer) =>
  putMessage(server, to, { hexId: org.tenant.hexId, body, identity: identityOf(mac) });
const idle = () => put('connect', messageOf(ada, { Status: 'Idle' }));

test('a user of a Mac that was removed is one of the Mac that enrolled anew', async () => {
  const key = deviceKey(hexOfId(parseGuidId((await org.device()).id)!));
  await server.change(org.tenant, async (context) => {
    await removeDevice(context, await lockDevice(context, 'apple', key));
  });
  await mac.enroll(await enrollmentUrl(server, org.tenant));
  ada = await signedIn();
  await ada.checkIn();
  await mac.checkIn();
  expect((await org.device()).state).toBe('ACTIVE');
});

test('a Mac does not leave because a user calls who is not enrolled again yet', async () => {
  await mac.enroll(await enrollmentUrl(server, org.tenant));
  expect(await idle()).toEqual({ status: 200, text: '' });
  await put('checkin', messageOf(ada, { MessageType: 'CheckOut', Topic: topic }));
  expect(await idle()).toEqual({ status: 200, text: '' });
});

test('nobody is a user again before the Mac itself is enrolled again', async () => {
  await put('checkin', authenticateMessage(mac, topic));
  expect(await put('checkin', tokenMessage(ada, topic))).toMatchObject({ status: 400 });
  await put('checkin', tokenMessage(mac, topic));
  expect(await put('checkin', tokenMessage(ada, topic))).toMatchObject({ status: 200 });
});

/** Gives all users a profile. */
async function giveToUsers(content: readonly PlistDict[]): Promise<void> {
  const profile: PlistDict = {
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: 'com.example.user',
    PayloadUUID: '4D7CD4D1-7B53-4B0E-A3E6-1A4DBA8CB3D0',
    PayloadContent: content,
  };
  await org.giveToAll('macOSCustomConfiguration', {
    payloadName: 'Of users',
    payloadFileName: 'user.mobileconfig',
    deploymentChannel: 'userChannel',
    payload: writePlist(profile).toString('base64'),
  });
}

test('what a user removes by hand comes back', async () => {
  await giveToUsers([
    {
      PayloadType: 'com.example.notes',
      PayloadVersion: 1,
      PayloadIdentifier: 'com.example.user.notes',
      PayloadUUID: '4D7CD4D1-7B53-4B0E-A3E6-1A4DBA8CB3D1',
    },
  ]);
  expect(typesOf(await ada.checkIn())).toEqual(['InstallProfile', 'ProfileList']);
  expect(await ada.checkIn()).toEqual([]);
  ada.channel.profiles = [];
  server.advance(24 * 3_600_000);
  expect(typesOf(await ada.checkIn())).toEqual(['ProfileList', 'InstallProfile', 'ProfileList']);
  expect(ada.channel.profiles).toHaveLength(1);
  expect(await ada.checkIn()).toEqual([]);
  server.advance(24 * 3_600_000);
  expect(typesOf(await ada.checkIn())).toEqual(['ProfileList']);
});

test('a user who left gets everything again', async () => {
  await giveToUsers([]);
  const [setting] = (await org.effective()).settings;
  expect(setting).toMatchObject({
    state: 'pending',
    reason: expect.stringContaining('for a user to sign in'),
  });
  expect(typesOf(await ada.checkIn())).toContain('InstallProfile');
  await put('checkin', messageOf(ada, { MessageType: 'CheckOut', Topic: topic }));
  mac.state.users.clear();
  ada = await signedIn();
  expect(typesOf(await ada.checkIn())).toContain('InstallProfile');
});

test('a user whose sign-in waits is let go on as a user', async () => {
  await put('checkin', tokenMessage(ada, topic, { AwaitingConfiguration: true }));
  expect((await idle()).text).toContain('<string>UserConfigured</string>');
});

test('what a user’s channel can be declared says nothing of the device', async () => {
  const told = { 'supported-payloads': { declarations: { configurations: [] }, 'status-items': [] } };
  const report = { StatusItems: { management: { 'client-capabilities': told } } };
  const declarations = async () => {
    const { parts } = await org.native('GET', `/devices/${(await org.device()).id}/inventory`);
    return parts.filter(({ part }: { part: string }) => part === 'declarations');
  };
  const status = (device: SimulatedChannel) =>
    put(
      'checkin',
      messageOf(device, {
        MessageType: 'DeclarativeManagement',
        Endpoint: 'status',
        Data: Buffer.from(JSON.stringify(report)),
      }),
    );
  const before = await declarations();
  server.advance(1_000);
  expect(await status(ada)).toEqual({ status: 200, text: '' });
  expect(await declarations()).toEqual(before);
  await status(mac);
  expect(await declarations()).not.toEqual(before);
});
