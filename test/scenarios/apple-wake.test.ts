import { afterEach, beforeEach, expect, test } from 'vitest';
import { apnsConnector, type ApnsConnector } from '../../src/connectors/apns/index.ts';
import { sql } from '../../src/database/index.ts';
import { requestWake } from '../../src/devices/apple-channels/index.ts';
import { localApns, type LocalApns } from '../support/apns/local-apns.ts';
import { makeApplePushCa } from '../support/apple-push-ca.ts';
import { uploadPushCertificate } from '../support/apple-enrollment.ts';
import { appleDevice, enrollmentUrl } from '../support/apple-fleet.ts';
import { appleScenario, typesOf, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';
import type { ReceivedCommand, SimulatedDevice } from '../simulated-devices/apple/index.ts';

const general = 'macOSGeneralDeviceConfiguration';
const passcode = 'com.apple.mobiledevice.passwordpolicy';
const topic = 'com.apple.mgmt.External.wake';
const authority = makeApplePushCa();
const minute = 60_000;
const hour = 60 * minute;
const streams = 20;

let now: Date;
let apns: LocalApns;
let connector: ApnsConnector;
let server: TestServer;
let org: AppleScenario;

beforeEach(async () => {
  const clock = () => now;
  apns = await localApns({ clock: () => now, pushAuthority: authority.certificatePem });
  connector = apnsConnector({ url: apns.url, ca: apns.ca, clock, limits: { streams } });
  server = await testServer({ apns: connector });
  now = server.now();
  org = await appleScenario(server, 'wake', authority);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await connector.close();
  await apns[Symbol.asyncDispose]();
});

function advance(milliseconds: number): void {
  server.advance(milliseconds);
  now = server.now();
}

const tokenOf = ({ channel }: SimulatedDevice) => channel.pushToken.toString('hex');
const pushesTo = (device: SimulatedDevice) =>
  apns.requests.filter(({ token }) => token === tokenOf(device)).length;
const mailboxOf = (device: SimulatedDevice) => apns.device(tokenOf(device), topic);

/** Runs the jobs as the server does when they are due. */
async function wakeDue(): Promise<void> {
  await server.change(org.tenant, async (context) => requestWake(context));
  await server.runJobs();
}

async function enrolled(): Promise<SimulatedDevice> {
  const device = await org.enrolled({ supportsDeclarations: false });
  mailboxOf(device);
  await server.runJobs();
  return device;
}

/** The device comes back to its network, and does what the push tells it. */
async function comesBack(device: SimulatedDevice): Promise<readonly ReceivedCommand[]> {
  const calls: Promise<readonly ReceivedCommand[]>[] = [];
  const connection = mailboxOf(device).connect(({ payload }) =>
    calls.push(device.onPush((payload as { mdm: string }).mdm)),
  );
  connection.disconnect();
  return (await Promise.all(calls)).flat();
}

/** Whether the next run comes soon, and not only with the usual look at who is silent. */
async function isNextRunSoon(): Promise<boolean | undefined> {
  const { rows } = await sql<{ isSoon: boolean }>`
    select run_at < now() + interval '1 hour' as "isSoon" from graphile_worker.jobs where key is not null`.execute(
    server.database.connection,
  );
  return rows[0]?.isSoon;
}

const reason = async () => (await org.effective()).settings[0].reason as string;

test('a change wakes the devices that it concerns, once, and each gets it by the push', async () => {
  const [ada, bob] = [await enrolled(), await enrolled()];
  const other = await appleScenario(server, 'other', authority);
  const stranger = await other.enrolled();
  apns.device(tokenOf(stranger), 'com.apple.mgmt.External.other');
  await server.runJobs();
  const before = apns.requests.length;
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  await wakeDue();
  expect(apns.requests.slice(before).map(({ token }) => token)).toEqual(
    expect.arrayContaining([tokenOf(ada), tokenOf(bob)]),
  );
  expect(apns.requests.length - before).toBe(2);
  expect(typesOf(await comesBack(ada))).toEqual(['InstallProfile', 'ProfileList']);
  expect(typesOf(await comesBack(bob))).toEqual(['InstallProfile', 'ProfileList']);
  expect(ada.effective(passcode)).toMatchObject({ forcePIN: true });
  await wakeDue();
  expect(apns.requests.length - before).toBe(2);
});

test('a device that has just enrolled is told to call', async () => {
  const device = appleDevice(server, { supportsDeclarations: false });
  await device.enroll(await enrollmentUrl(server, org.tenant));
  mailboxOf(device);
  await server.runJobs();
  expect(typesOf(await comesBack(device))).toContain('DeviceInformation');
});

test('what happens while a device sleeps comes to one push, kept until it wakes', async () => {
  const device = await enrolled();
  const id = await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  expect(await reason()).toMatch(/Apple was asked to wake it at 2026-03-01T12:00:00\.000Z\.$/);
  await org.change(id, general, { passwordMinimumLength: 9 });
  await server.runJobs();
  expect(pushesTo(device)).toBe(2);
  advance(6 * 24 * hour);
  expect(typesOf(await comesBack(device))).toEqual(expect.arrayContaining(['InstallProfile']));
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true, minLength: 9 });
  expect(await comesBack(device)).toEqual([]);
});

test('a push that its token has outlived says nothing of the device, which is soon woken again', async () => {
  const device = await enrolled();
  apns.fail(
    { reason: 'Unregistered', timestamp: new Date(now.getTime() - hour) },
    { token: tokenOf(device), times: 1 },
  );
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  expect(await reason()).toContain('It is woken again soon.');
  expect(await isNextRunSoon()).toBe(true);
  advance(minute);
  await wakeDue();
  expect(pushesTo(device)).toBe(2);
  expect(typesOf(await comesBack(device))).toContain('InstallProfile');
});

test.each([
  ['Unregistered', /erased, or management was removed/],
  ['BadDeviceToken', /does not know this device token/],
] as const)('after %s a device is not woken before it tells another token', async (failure, why) => {
  const device = await enrolled();
  advance(hour);
  apns.fail({ reason: failure, timestamp: new Date(now.getTime() - 1000) }, { token: tokenOf(device) });
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  await wakeDue();
  expect(pushesTo(device)).toBe(1);
  expect(await reason()).toMatch(/It could not be woken at 2026-03-01T13:00:00\.000Z: /);
  expect(await reason()).toMatch(why);
  advance(hour);
  await device.updateToken();
  mailboxOf(device);
  await server.runJobs();
  expect(pushesTo(device)).toBe(1);
  expect(typesOf(await comesBack(device))).toContain('InstallProfile');
});

test('what stood in the way of a device may not stand in that of another certificate', async () => {
  const device = await enrolled();
  apns.fail({ reason: 'DeviceTokenNotForTopic' }, { token: tokenOf(device), times: 1 });
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  expect(await reason()).toContain('Upload a certificate that has its topic');
  await uploadPushCertificate(server, org.tenant, topic, authority);
  await server.runJobs();
  expect(typesOf(await comesBack(device))).toContain('InstallProfile');
});

test.each([
  [{ reason: 'TooManyRequests' }],
  [{ reason: 'ServiceUnavailable', retryAfter: '120' }],
  [{ goAway: 'Shutdown' }],
  ['resetConnection'],
] as const)('after %j it is tried again', async (failure) => {
  const device = await enrolled();
  const stop = apns.fail(failure);
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  expect(await reason()).toContain('It could not be woken');
  expect(await isNextRunSoon()).toBe(true);
  stop();
  const sent = pushesTo(device);
  await wakeDue();
  expect(pushesTo(device)).toBe(sent);
  advance(hour);
  await wakeDue();
  expect(await reason()).toContain('Apple was asked to wake it');
  expect(typesOf(await comesBack(device))).toContain('InstallProfile');
});

test('why nobody can be woken is told with what waits for it', async () => {
  const device = await enrolled();
  await org.giveToAll(general, { passwordRequired: true });
  apns.fail({ reason: 'BadCertificate' }, { times: 1 });
  await server.runJobs();
  expect(await reason()).toMatch(/could not be woken.*APNs refused the push certificate/);

  await uploadPushCertificate(server, org.tenant, 'com.apple.mgmt.External.other', authority);
  const sent = pushesTo(device);
  await wakeDue();
  expect(await reason()).toMatch(/obeys another push certificate than 'com\.apple\.mgmt\.External\.other'/);
  expect(pushesTo(device)).toBe(sent);

  await uploadPushCertificate(server, org.tenant, topic, authority);
  advance(301 * 24 * hour);
  await wakeDue();
  expect(await reason()).toMatch(/push certificate expired at .* Renew it\.$/);

  await sql`delete from devices_push_certificate`.execute(server.database.connection);
  advance(2 * hour);
  await wakeDue();
  expect(await reason()).toMatch(/has no Apple push certificate\. Upload one\.$/);
  expect(pushesTo(device)).toBe(sent);
});

test('an order wakes, and so does a day of silence', async () => {
  const device = await enrolled();
  await org.order({ kind: 'restart' });
  await server.runJobs();
  expect(typesOf(await comesBack(device))).toEqual(['RestartDevice']);
  await wakeDue();
  const before = pushesTo(device);
  advance(23 * hour);
  await wakeDue();
  expect(pushesTo(device)).toBe(before);
  advance(2 * hour);
  await wakeDue();
  await wakeDue();
  expect(pushesTo(device)).toBe(before + 1);
  expect(typesOf(await comesBack(device))).toContain('DeviceInformation');
});

test('hundreds are woken in a few statements, over one connection with few streams', async () => {
  const device = await enrolled();
  await copiesOf(300);
  const before = apns.requests.length;
  advance(25 * hour);
  await server.change(org.tenant, async (context) => requestWake(context));
  server.takeStatements();
  await server.runJobs();
  const statements = server.takeStatements().filter((text) => text.includes('devices_apple_channel'));
  expect(apns.requests.length - before).toBe(301);
  // Who is to be woken, what came of it, and when the next is due.
  expect(statements.length).toBeLessThanOrEqual(3);
  expect(apns.mostStreams()).toBeGreaterThan(1);
  expect(apns.mostStreams()).toBeLessThanOrEqual(streams);
  expect(apns.connections().accepted).toBe(1);
  expect(pushesTo(device)).toBe(1);
});

test('while Apple cannot be reached a run tries some, and leaves the others to the next', async () => {
  await enrolled();
  await copiesOf(700);
  advance(25 * hour);
  const stop = apns.fail('resetConnection');
  await wakeDue();
  expect(await tried()).toBe(500);
  expect(await isNextRunSoon()).toBe(true);
  await wakeDue();
  expect(await tried()).toBe(701);
  stop();
  advance(hour);
  const before = apns.requests.length;
  await wakeDue();
  expect(apns.requests.length - before).toBe(701);
});

/** How many could not be woken. */
async function tried(): Promise<number> {
  const { rows } = await sql`
    select from devices_apple_channel where wake_outcome ->> 'result' = 'later'`.execute(
    server.database.connection,
  );
  return rows.length;
}

/** Devices as the one that there is, each with its own id and token. */
async function copiesOf(count: number): Promise<void> {
  const { connection } = server.database;
  await sql`
    insert into devices_device
    select (jsonb_populate_record(device, jsonb_build_object(
      'id', ('00000000-0000-8000-8000-' || lpad(number::text, 12, '0')), 'serial_number', 'COPY' || number,
      'platform_id', 'COPY-' || number))).*
    from devices_device device, generate_series(1, ${count}) as number`.execute(connection);
  await sql`
    insert into devices_apple_channel
    select (jsonb_populate_record(channel, jsonb_build_object(
      'id', 'COPY-' || number, 'device_channel', 'COPY-' || number,
      'device_id', ('00000000-0000-8000-8000-' || lpad(number::text, 12, '0')),
      'certificate_fingerprint', null,
      'push_token', '\\x' || encode(sha256(number::text::bytea), 'hex')))).*
    from devices_apple_channel channel, generate_series(1, ${count}) as number`.execute(connection);
  const { rows } = await sql<{ token: string }>`
    select encode(push_token, 'hex') as token from devices_apple_channel`.execute(connection);
  for (const { token } of rows) apns.device(token, topic);
}

test('a device that slept for longer than Apple keeps a push is woken again', async () => {
  const device = await enrolled();
  await comesBack(device);
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  const before = pushesTo(device);
  advance(8 * 24 * hour);
  await wakeDue();
  await wakeDue();
  expect(pushesTo(device)).toBe(before + 1);
  expect(typesOf(await comesBack(device))).toContain('InstallProfile');
});

test('who could not be woken and called by himself is not looked for every second', async () => {
  const device = await enrolled();
  const stop = apns.fail({ reason: 'ServiceUnavailable' });
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  stop();
  await device.checkIn();
  advance(hour);
  await wakeDue();
  expect(await isNextRunSoon()).toBe(false);
});

test('a device is woken when what it refused is to be tried again', async () => {
  const device = await enrolled();
  device.fail('InstallProfile', 1, [
    { ErrorDomain: 'MCInstallationErrorDomain', ErrorCode: 4_001, LocalizedDescription: 'Not now.' },
  ]);
  await org.giveToAll(general, { passwordRequired: true });
  await server.runJobs();
  await comesBack(device);
  const before = pushesTo(device);
  await wakeDue();
  expect(pushesTo(device)).toBe(before);
  advance(hour);
  await wakeDue();
  expect(pushesTo(device)).toBe(before + 1);
  expect(typesOf(await comesBack(device))).toContain('InstallProfile');
});
