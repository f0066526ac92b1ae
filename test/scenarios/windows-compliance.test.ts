import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from '../../src/database/index.ts';
import type { SimulatedWindowsDevice } from '../simulated-devices/windows/index.ts';
import { complianceOf, type Compliance } from '../support/compliance.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { enrollBy, windowsEnrollment } from '../support/windows-fleet.ts';
import { settle, windowsScenario, type WindowsScenario } from '../support/windows-scenario.ts';

const policy = './Device/Vendor/MSFT/Policy/Config';
const camera = `${policy}/Camera/AllowCamera`;
const length = `${policy}/DeviceLock/MinDevicePasswordLength`;
const hour = 3_600_000;

let server: TestServer;
let org: WindowsScenario;
let compliance: (pc: SimulatedWindowsDevice) => Promise<Compliance>;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await windowsScenario(server, `windows-compliance-${++count}`);
  compliance = async (pc) => complianceOf(server, org.own.tenant, (await org.deviceOf(pc)).id);
});
afterAll(() => server[Symbol.asyncDispose]());

test('a PC is compliant when it has what is asked of it, and not while it refuses some of it', async () => {
  const pc = await org.enrolled();
  const enrolled = server.now().toISOString();
  // Nothing is asked of it.
  expect(await compliance(pc)).toEqual({ compliant: true, lastCheck: enrolled, events: [] });

  server.advance(hour);
  await org.assign(pc, [await org.policy('base', { [length]: '8' }), 1]);
  // Changing a policy touches no device: the verdict is of the last check.
  expect(await compliance(pc)).toMatchObject({ compliant: true, lastCheck: enrolled });
  await settle(pc);
  expect(await compliance(pc)).toEqual({ compliant: true, lastCheck: enrolled, events: [] });

  pc.fail(camera, { status: 500, originalError: '0x82B00006', verbs: ['Replace', 'Add'] });
  await org.assign(pc, [await org.policy('camera', { [length]: '8', [camera]: '0' }), 1]);
  await settle(pc);
  const failed = server.now().toISOString();
  const first = 'The device is not compliant: a setting is not in place.';
  expect(await compliance(pc)).toEqual({ compliant: false, lastCheck: failed, events: [first] });
  expect(await org.setting(pc, camera)).toMatchObject({
    state: 'error',
    reason: expect.stringContaining('0x82B00006'),
  });

  // Tried again in vain, it is what it was.
  server.advance(2 * hour);
  await settle(pc);
  expect(await compliance(pc)).toEqual({ compliant: false, lastCheck: failed, events: [first] });

  pc.heal(camera);
  server.advance(7 * hour);
  await settle(pc);
  expect(pc.value(camera)).toBe('0');
  expect(await compliance(pc)).toEqual({
    compliant: true,
    lastCheck: server.now().toISOString(),
    events: [first, 'The device is compliant again.'],
  });
});

test('what waits for the user is not in place', async () => {
  const uri = './User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight';
  const pc = await org.enrolled();
  pc.signIn('none');
  await org.assign(pc, [await org.policy('of users', { [uri]: '0' }), 1]);
  await settle(pc);
  expect(await compliance(pc)).toMatchObject({ compliant: false });
  pc.signIn('user');
  await settle(pc);
  expect(await compliance(pc)).toMatchObject({ compliant: true });
});

test('what an agent does, and what the PC cannot have or give up, is not held against it', async () => {
  const logFile = './Device/Vendor/MSFT/Firewall/MdmStore/PublicProfile/LogFilePath';
  const pc = await org.enrolled();
  const given = await org.policy(
    'more',
    { [logFile]: 'C:\\log', './DevDetail/SwV': 'x' },
    { agentConfiguration: { enabled: true }, bookmarks: [{ title: 'Intranet', url: 'https://example.com' }] },
  );
  await org.assign(pc, [given, 1]);
  await settle(pc);
  expect((await org.effective(pc)).counts).toMatchObject({ verified: 1, pending: 2, notApplicable: 1 });
  expect(await compliance(pc)).toMatchObject({ compliant: true });
  await org.assign(pc);
  await settle(pc);
  expect((await org.effective(pc)).counts).toMatchObject({ retained: 1 });
  expect(await compliance(pc)).toMatchObject({ compliant: true, events: [] });
});

test('what somebody changes between two reports, and what was stored otherwise, is set right by the next', async () => {
  const pc = await org.enrolled();
  await org.assign(pc, [await org.policy('camera', { [camera]: '0' }), 1]);
  await settle(pc);
  await sql`update devices_device set summary = jsonb_set(summary, '{compliance,compliant}', 'false')
    where serial_number = ${pc.hardware.serialNumber}`.execute(server.database.connection);
  // For a PC with nothing to do nothing is looked at.
  expect(await pc.sync()).toMatchObject({ received: [] });
  expect(await compliance(pc)).toMatchObject({ compliant: false });
  server.advance(25 * hour);
  pc.setLocally(camera, '1', 'int');
  await settle(pc);
  // It was changed back in the same session.
  expect(await compliance(pc)).toEqual({
    compliant: true,
    lastCheck: server.now().toISOString(),
    events: ['The device is compliant again.'],
  });
});

test('a session that goes on for other reasons ends with a verdict, too', async () => {
  const pc = await org.enrolled({ maxMsgSize: 4_096 });
  pc.fail(camera, { status: 500, verbs: ['Replace', 'Add'] });
  await org.assign(pc, [await org.policy('camera', { [camera]: '0' }), 1]);
  await org.applivery('POST', `/devices/${pc.hardware.serialNumber}/info`, { info: ['hardware'] });
  await pc.sync();
  expect(await compliance(pc)).toMatchObject({ compliant: false });
});

test('a verdict is of one enrolment', async () => {
  const pc = await org.enrolled();
  pc.forget();
  await enrollBy(pc, await windowsEnrollment(server, org.own.tenant));
  expect(await compliance(pc)).toEqual({ compliant: null, lastCheck: undefined, events: [] });
  await settle(pc);
  expect(await compliance(pc)).toMatchObject({ compliant: true });
  const { id } = await org.deviceOf(pc);
  await pc.unenroll();
  expect(await org.native('GET', `/devices/${id}`)).toMatchObject({ state: 'DELETED', compliant: null });
});
