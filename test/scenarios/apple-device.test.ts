import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { deviceKey, lockDevice, saveDevice } from '../../src/devices/index.ts';
import { hexOfId, parseGuidId } from '../../src/kernel/id.ts';
import type { DeviceAction } from '../../src/devices/commands/index.ts';
import { ServerRefusal, type SimulatedDevice } from '../simulated-devices/apple/index.ts';
import { appleDevice, enrollmentUrl } from '../support/apple-fleet.ts';
import { appleScenario, typesOf, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

const general = 'macOSGeneralDeviceConfiguration';
const passcode = 'com.apple.mobiledevice.passwordpolicy';
const byCommands = { supportsDeclarations: false };
const day = 24 * 3_600_000;

let server: TestServer;
let org: AppleScenario;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await appleScenario(server, `device-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const order = (action: DeviceAction) => org.order(action);
const statesOfCommands = async () => (await org.commands()).map(({ type, state }) => `${type} ${state}`);

test('an imperative goes first, is done once, and its report may come twice', async () => {
  const device = await org.enrolled(byCommands);
  await org.giveToAll(general, { passwordRequired: true });
  await order({ kind: 'lock', pin: '123456', message: 'Lost' });
  await order({ kind: 'restart' });
  device.repeatReports(9);
  expect(typesOf(await device.checkIn())[0]).toBe('DeviceLock');
  expect(device.unlock('000000')).toBe(false);
  expect(device.unlock('123456')).toBe(true);
  const next = typesOf(await device.checkIn());
  expect(next).toEqual(['RestartDevice']);
  const rest = typesOf(await device.checkIn());
  expect(rest).not.toContain('RestartDevice');
  expect(rest).not.toContain('DeviceLock');
  expect(await statesOfCommands()).toEqual(['DeviceLock acknowledged', 'RestartDevice acknowledged']);
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true });
});

test('a device that was wiped enrols as new, and gets everything again', async () => {
  const device = await org.enrolled(byCommands);
  await org.giveToAll(general, { passwordRequired: true });
  await device.checkIn();
  const before = await org.device();
  await order({ kind: 'wipe', pin: '123456' });
  await order({ kind: 'restart' });
  expect(typesOf(await device.checkIn())).toEqual(['EraseDevice']);
  expect(device.effective(passcode)).toEqual({});
  expect((await org.effective()).counts).toMatchObject({ verified: 0, pending: 1 });
  await device.enroll(await enrollmentUrl(server, org.tenant));
  expect(await org.device()).toMatchObject({ id: before.id, state: 'ACTIVE' });
  // What was ordered of the device that was is not done to the one that is.
  expect(await statesOfCommands()).toEqual(['EraseDevice acknowledged', 'RestartDevice canceled']);
  expect((await org.effective()).counts).toMatchObject({ verified: 0, pending: 1 });
  expect(typesOf(await device.checkIn())).toContain('InstallProfile');
  expect((await org.effective()).counts).toMatchObject({ verified: 1 });
});

test('what somebody removed from the device comes back with the next inventory', async () => {
  const device = await org.enrolled(byCommands);
  await org.giveToAll(general, { passwordRequired: true });
  await device.checkIn();
  device.channel.profiles.splice(1);
  expect(device.effective(passcode)).toEqual({});
  expect(await device.checkIn()).toEqual([]);
  server.advance(day);
  expect(typesOf(await device.checkIn()).filter((type) => type === 'InstallProfile')).toHaveLength(1);
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true });
});

test('a certificate is replaced before it ends, and nothing else changes', async () => {
  const device = await org.enrolled(byCommands);
  await org.giveToAll(general, { passwordRequired: true });
  await device.checkIn();
  const before = device.state.enrollment!.identity.certificate.serialNumber;
  server.advance(320 * day);
  const asked = typesOf(await device.checkIn());
  expect(asked[0]).toBe('InstallProfile');
  expect(asked.filter((type) => type === 'InstallProfile')).toHaveLength(1);
  const after = device.state.enrollment!.identity.certificate;
  expect(after.serialNumber).not.toBe(before);
  expect(after.validToDate.getTime()).toBeGreaterThan(server.now().getTime() + 300 * day);
  expect(await device.checkIn()).toEqual([]);
  expect((await org.effective()).counts).toMatchObject({ verified: 1 });
  expect((await org.device()).state).toBe('ACTIVE');
  server.advance(60 * day);
  expect(typesOf(await device.checkIn())).not.toContain('InstallProfile');
});

test('a device that leaves is not managed any more', async () => {
  const device = await org.enrolled(byCommands);
  await device.checkOut();
  expect((await org.native('GET', '/devices?state=DELETED')).items[0]).toMatchObject({ state: 'DELETED' });
  await device.enroll(await enrollmentUrl(server, org.tenant));
  expect((await org.device()).state).toBe('ACTIVE');
});

test('a device that is to leave removes its profile, and all that came with it', async () => {
  const device = await org.enrolled(byCommands);
  await org.giveToAll(general, { passwordRequired: true });
  await device.checkIn();
  const key = deviceKey(hexOfId(parseGuidId((await org.device()).id)!));
  await server.change(org.tenant, async (context) => {
    const locked = await lockDevice(context, 'apple', key);
    await saveDevice(context, locked, { state: { to: 'DELETE_REQUESTED', reason: 'retire' } });
  });
  expect(typesOf(await device.checkIn())).toEqual(['RemoveProfile']);
  expect(device.effective(passcode)).toEqual({});
  expect((await org.native('GET', '/devices?state=DELETED')).items).toHaveLength(1);
});

/** What is refused, with its status; never 401, with which a device would leave. */
async function refused(work: Promise<unknown>): Promise<number> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ServerRefusal);
  return (error as ServerRefusal).status;
}

test('nobody speaks for another device', async () => {
  const ada = await org.enrolled(byCommands);
  const bob = appleDevice(server, byCommands);
  await bob.enroll(await enrollmentUrl(server, org.tenant));
  const before = await org.native('GET', '/devices');
  // Bob's certificate with Ada's name.
  const stolen = ada.channel.ids;
  const asAda = Object.assign(Object.create(bob.channel), { ids: stolen }) as SimulatedDevice['channel'];
  const saved = bob.state.device;
  Object.assign(bob.state, { device: asAda });
  expect(await refused(bob.checkIn())).toBe(400);
  expect(await refused(bob.updateToken())).toBe(400);
  Object.assign(bob.state, { device: saved });
  expect(await bob.checkIn()).not.toEqual([]);
  const after = await org.native('GET', '/devices');
  expect(after.items.length).toBe(before.items.length);
});

test('another organization does not know the device', async () => {
  const device = await org.enrolled(byCommands);
  const other = await server.addTenant(`other-${count}`);
  const { enrollment } = device.state;
  const swap = (url: string) => url.replace(org.tenant.hexId, other.hexId);
  Object.assign(enrollment!, {
    serverUrl: swap(enrollment!.serverUrl),
    checkInUrl: swap(enrollment!.checkInUrl),
  });
  expect(await refused(device.checkIn())).toBe(400);
  expect(await refused(device.updateToken())).toBe(400);
});

test('bootstrap tokens come back as they were left, and go with a new enrolment', async () => {
  const device = await org.enrolled(byCommands);
  expect(await device.getBootstrapToken()).toBeUndefined();
  await device.setBootstrapToken(Buffer.from('token'));
  expect(await device.getBootstrapToken()).toEqual(Buffer.from('token'));
  await device.enroll(await enrollmentUrl(server, org.tenant));
  expect(await device.getBootstrapToken()).toBeUndefined();
});

test('many enrol at once, and none is turned away', async () => {
  await org.giveToAll(general, { passwordRequired: true });
  const url = await enrollmentUrl(server, org.tenant);
  const devices = Array.from({ length: 12 }, () => appleDevice(server, byCommands));
  await Promise.all(devices.map((device) => device.enroll(url)));
  await Promise.all(devices.map((device) => device.checkIn()));
  expect(devices.map((device) => device.effective(passcode)['forcePIN'])).toEqual(devices.map(() => true));
});
