import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EnrollmentRefused } from '../simulated-devices/windows/index.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { enrollBy, windowsEnrollment } from '../support/windows-fleet.ts';
import { settle, toldOf, windowsScenario, type WindowsScenario } from '../support/windows-scenario.ts';
import { fiftySettings } from '../support/windows-settings.ts';

let server: TestServer;
let org: WindowsScenario;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await windowsScenario(server, `windows-policy-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const policy = './Device/Vendor/MSFT/Policy/Config';
const length = `${policy}/DeviceLock/MinDevicePasswordLength`;
const camera = `${policy}/Camera/AllowCamera`;
const cortana = `${policy}/Experience/AllowCortana`;
/** Has no Delete, and no value that it had before. */
const logFile = './Device/Vendor/MSFT/Firewall/MdmStore/PublicProfile/LogFilePath';

test('from enrolment to wipe', async () => {
  const pc = await org.enrolled();
  const { id } = await org.deviceOf(pc);

  const base = await org.policy('base', { ...fiftySettings, [logFile]: 'C:\\pfirewall.log' });
  await org.assign(pc, [base, 100]);
  expect((await org.effective(pc)).counts).toMatchObject({ pending: 51 });
  await settle(pc);
  for (const [uri, value] of Object.entries(fiftySettings)) expect(pc.value(uri), uri).toBe(value);
  expect((await org.effective(pc)).counts).toMatchObject({ verified: 51, pending: 0 });
  expect(await pc.sync()).toMatchObject({ received: [] });
  const reported = (await org.applivery('GET', `/devices/${pc.hardware.serialNumber}`)).config;
  expect(reported).toMatchObject({ [length]: '8', [camera]: '1' });

  // Where two disagree, the lower number wins.
  const strict = await org.policy('strict', { [length]: '14' });
  await org.assign(pc, [base, 100], [strict, 50]);
  expect(toldOf(...(await settle(pc)))).toEqual([`Replace ${length}`, `Get ${length}`]);
  expect(pc.value(length)).toBe('14');
  expect(await org.setting(pc, length)).toMatchObject({
    state: 'verified',
    winner: { policy: { name: 'strict' }, priority: 50 },
    losers: [{ policy: { name: 'base' }, priority: 100 }],
  });

  // Without the stronger one, the value of the weaker one is sent again; nothing is deleted in between.
  await org.assign(pc, [base, 100]);
  const again = await settle(pc);
  expect(toldOf(...again)).toEqual([`Replace ${length}`, `Get ${length}`]);
  expect(again[0]!.received[0]).toMatchObject({ data: '8', status: 200 });

  // Without any, what can go goes, and what stays says so.
  await org.assign(pc);
  await org.applivery('DELETE', `/policies/${base}`);
  await settle(pc);
  expect(pc.value(length)).toBeUndefined();
  expect(pc.value(camera)).toBeUndefined();
  expect(pc.value(logFile)).toBe('C:\\pfirewall.log');
  expect(await org.setting(pc, logFile)).toMatchObject({ state: 'retained', reason: expect.any(String) });
  expect(await pc.sync()).toMatchObject({ received: [] });

  // Enrolled again, it gets what it shall have.
  await org.assign(pc, [strict, 50]);
  pc.forget();
  expect(pc.value(length)).toBeUndefined();
  await enrollBy(pc, await windowsEnrollment(server, org.own.tenant));
  await settle(pc);
  expect((await org.deviceOf(pc)).id).toBe(id);
  expect(pc.value(length)).toBe('14');

  await org.native('POST', `/devices/${id}/commands`, { action: 'wipe' });
  await pc.sync();
  expect(pc.state).toMatchObject({ erasures: 1, enrollment: undefined });
  expect(await org.native('GET', `/devices/${id}`)).not.toMatchObject({ state: 'ACTIVE' });
});

test('the second operation changes what a PC gets with its next session', async () => {
  const pc = await org.enrolled();
  const first = await org.policy('first', { [length]: '8', [camera]: '0' });
  const second = await org.policy('second', { [length]: '10', [cortana]: '0' });
  const put = (body: object) => org.applivery('PUT', `/devices/${pc.hardware.serialNumber}`, body);
  await put({ displayName: 'Marketing Dept Laptop', tags: ['sales'], winPolicyId: first });
  await settle(pc);
  expect([length, camera, cortana].map((uri) => pc.value(uri))).toEqual(['8', '0', undefined]);
  const answer = await put({
    displayName: 'Sales Team Laptop - Updated',
    tags: ['finance', 'headquarters', 'priority'],
    winPolicyId: second,
    winPolicyAssignments: [],
  });
  expect(answer).toMatchObject({ displayName: 'Sales Team Laptop - Updated', winPolicy: { id: second } });
  const [session] = await settle(pc);
  expect(toldOf(session!).filter((told) => !told.startsWith('Get'))).toEqual([
    `Replace ${length}`,
    `Replace ${cortana}`,
    `Delete ${camera}`,
  ]);
  expect([length, camera, cortana].map((uri) => pc.value(uri))).toEqual(['10', undefined, '0']);
  expect((await put({ winPolicyId: first })).winPolicy.id).toBe(first);
});

test('what a PC refuses is told with its codes, and is not tried for ever', async () => {
  const pc = await org.enrolled();
  pc.fail(camera, { status: 500, originalError: '0x82B00006', verbs: ['Replace', 'Add'] });
  await org.assign(pc, [await org.policy('camera', { [camera]: '0', [length]: '8' }), 1]);
  let tries = 0;
  for (let hours = 0; hours < 24 * 14; hours += 2) {
    const { received } = await pc.sync();
    tries += received.filter(({ uri, verb }) => uri === camera && verb !== 'Get').length;
    server.advance(2 * 3_600_000);
  }
  expect(tries).toBeGreaterThan(1);
  expect(tries).toBeLessThan(20);
  expect(pc.value(length)).toBe('8');
  expect(await org.setting(pc, camera)).toMatchObject({
    state: 'error',
    reason: expect.stringContaining('0x82B00006'),
  });
  const { config } = await org.applivery('GET', `/devices/${pc.hardware.serialNumber}`);
  expect(config[camera]).toMatchObject({ isError: true, status: 500 });
});

test('what is of a user waits until he is signed in', async () => {
  const uri = './User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight';
  const pc = await org.enrolled();
  await org.assign(pc, [await org.policy('of users', { [uri]: '0', [camera]: '0' }), 1]);
  pc.signIn('others');
  expect(toldOf(...(await settle(pc))).join()).not.toContain('./User/');
  expect((await org.effective(pc)).counts).toMatchObject({ pending: 1 });
  pc.signIn('user');
  await settle(pc);
  expect(pc.value(uri)).toBe('0');
  pc.signIn('none');
  await org.assign(pc);
  expect(toldOf(...(await settle(pc)))).toEqual([`Delete ${camera}`]);
  pc.signIn('user');
  await settle(pc);
  expect(pc.value(uri)).toBeUndefined();
});

test('what somebody changes on the PC is changed back', async () => {
  const pc = await org.enrolled();
  await org.assign(pc, [await org.policy('camera', { [camera]: '0' }), 1]);
  await settle(pc);
  pc.setLocally(camera, '1', 'int');
  server.advance(2 * 24 * 3_600_000);
  await settle(pc);
  expect(pc.value(camera)).toBe('0');
});

test('a client with small messages gets all', async () => {
  const pc = await org.enrolled({ maxMsgSize: 4_096, maxObjSize: 1_000_000 });
  const options = './Device/Vendor/MSFT/BitLocker/SystemDrivesRecoveryOptions';
  const value = `<enabled/>${Array.from({ length: 300 }, (_, index) => `<data id="e${index}" value="${index}"/>`).join('')}`;
  await org.assign(pc, [await org.policy('large', { ...fiftySettings, [options]: value }), 1]);
  await settle(pc);
  expect(pc.value(options)).toBe(value);
  expect((await org.effective(pc)).counts).toMatchObject({ pending: 0 });
});

test('who has left is not managed any more', async () => {
  const pc = await org.enrolled();
  await org.assign(pc, [await org.policy('camera', { [camera]: '0' }), 1]);
  const former = { enrollment: pc.state.enrollment, identity: pc.state.identity };
  await pc.unenroll();
  Object.assign(pc.state, former);
  await expect(pc.sync()).rejects.not.toBeInstanceOf(EnrollmentRefused);
  expect(pc.value(camera)).toBeUndefined();
});
