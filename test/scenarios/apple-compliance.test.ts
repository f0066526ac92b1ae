import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { enrollmentUrl, transportTo } from '../support/apple-fleet.ts';
import { appleScenario, signedInUser, typesOf, type AppleScenario } from '../support/apple-scenario.ts';
import { complianceOf, type Compliance } from '../support/compliance.ts';
import { testServer, type TestServer } from '../support/server.ts';

const general = 'macOSGeneralDeviceConfiguration';
const hour = 3_600_000;
/** Without declarative management all is delivered by commands. */
const byCommands = { supportsDeclarations: false };
const declaring = { hardware: { kind: 'iphone', isSupervised: true } } as const;
const chain = [
  { ErrorCode: 4001, ErrorDomain: 'MCInstallationErrorDomain', LocalizedDescription: 'It is not good.' },
];
const missing = 'The device is not compliant: a setting is not in place.';
const again = 'The device is compliant again.';

let server: TestServer;
let org: AppleScenario;
let compliance: () => Promise<Compliance>;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await appleScenario(server, `apple-compliance-${++count}`);
  compliance = async () => complianceOf(server, org.tenant, (await org.device()).id);
});
afterAll(() => server[Symbol.asyncDispose]());

test('a Mac is compliant when it has what is asked of it, and not while it refuses some of it', async () => {
  const device = await org.enrolled(byCommands);
  const enrolled = server.now().toISOString();
  // Nothing is asked of it.
  expect(await compliance()).toEqual({ compliant: true, lastCheck: enrolled, events: [] });

  server.advance(hour);
  device.fail('InstallProfile', 2, chain);
  await org.giveToAll(general, { passwordRequired: true });
  // Changing a policy touches no device: the verdict is of the last check.
  expect(await compliance()).toMatchObject({ compliant: true, lastCheck: enrolled });
  await device.checkIn();
  const failed = server.now().toISOString();
  expect(await compliance()).toEqual({ compliant: false, lastCheck: failed, events: [missing] });
  expect((await org.effective()).settings[0]).toMatchObject({
    state: 'error',
    reason: expect.stringContaining('It is not good.'),
  });

  // Tried again in vain, it is what it was.
  server.advance(hour);
  expect(typesOf(await device.checkIn())).toEqual(['InstallProfile']);
  expect(await compliance()).toEqual({ compliant: false, lastCheck: failed, events: [missing] });

  server.advance(6 * hour);
  expect(typesOf(await device.checkIn())).toEqual(['InstallProfile', 'ProfileList']);
  const healed = server.now().toISOString();
  expect(await compliance()).toEqual({ compliant: true, lastCheck: healed, events: [missing, again] });

  // The daily report renews the time.
  server.advance(25 * hour);
  await device.checkIn();
  const { lastCheck, events } = await compliance();
  expect([lastCheck, events]).toEqual([server.now().toISOString(), [missing, again]]);
});

test('a device that cannot now is what it was until it can', async () => {
  const device = await org.enrolled({ ...byCommands, hardware: { kind: 'iphone' } });
  const { lastCheck } = await compliance();
  const id = await org.giveToAll('iosGeneralDeviceConfiguration', { passcodeRequired: true });
  device.lock();
  server.advance(hour);
  for (let calls = 0; calls < 3; calls++) await device.checkIn();
  expect((await org.effective()).counts).toMatchObject({ pending: 1 });
  expect(await compliance()).toEqual({ compliant: true, lastCheck, events: [] });
  device.unlock();
  await device.checkIn();
  expect((await org.effective()).counts).toMatchObject({ verified: 1 });
  expect(await compliance()).toEqual({ compliant: true, lastCheck, events: [] });

  // Also where it was not compliant.
  device.fail('InstallProfile', 1, chain);
  await org.change(id, 'iosGeneralDeviceConfiguration', { cameraBlocked: true });
  await device.checkIn();
  expect(await compliance()).toMatchObject({ compliant: false });
  server.advance(hour);
  device.lock();
  await device.checkIn();
  expect(await compliance()).toMatchObject({ compliant: false });
  device.unlock();
  await device.checkIn();
  expect(await compliance()).toMatchObject({ compliant: true, events: [missing, again] });
});

test('a device that is told of declarations is judged when it has said what became of them', async () => {
  const device = await org.enrolled(declaring);
  server.advance(13 * hour);
  await org.giveToAll('iosGeneralDeviceConfiguration', { passcodeRequired: true });
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect((await org.effective()).counts).toMatchObject({ verified: 1 });
  const lastCheck = server.now().toISOString();
  expect(await compliance()).toEqual({ compliant: true, lastCheck, events: [] });
});

test('a device that never says what became of its declarations is not waited for', async () => {
  const send = transportTo(server);
  let isSilent = false;
  const device = await org.enrolled({
    ...declaring,
    transport: async (request) =>
      isSilent && request.body?.includes('<string>status</string>')
        ? { status: 200, headers: {}, body: Buffer.alloc(0) }
        : send(request),
  });
  isSilent = true;
  await org.giveToAll('iosGeneralDeviceConfiguration', { passcodeRequired: true });
  await device.checkIn();
  expect((await org.effective()).counts).toMatchObject({ pending: 1 });
  expect(await compliance()).toMatchObject({ compliant: true, events: [] });
  server.advance(25 * hour);
  await device.checkIn();
  expect(await compliance()).toMatchObject({ compliant: false, events: [missing] });
  isSilent = false;
  await device.reportStatus();
  expect(await compliance()).toMatchObject({ compliant: true, events: [missing, again] });
});

test('a user who calls before the device itself does not make it not compliant', async () => {
  const device = await org.enrolled(byCommands);
  const user = await signedInUser(device);
  await user.checkIn();
  await org.giveToAll(general, { passwordRequired: true });
  expect(await user.checkIn()).toEqual([]);
  expect(await compliance()).toMatchObject({ compliant: true, events: [] });
  await device.checkIn();
  expect(await compliance()).toMatchObject({ compliant: true, events: [] });
});

test('what no profile can hold is told as such, and not held against the device', async () => {
  const device = await org.enrolled(byCommands);
  const payload = (members: string) =>
    Buffer.from(
      `<?xml version="1.0"?><plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string>${members}</dict></plist>`,
    ).toString('base64');
  const own = { payloadName: 'Own', payloadFileName: 'own.mobileconfig' };
  const custom = 'macOSCustomConfiguration';
  const id = await org.giveToAll(custom, { ...own, payload: payload('') });
  await device.checkIn();
  expect((await org.effective()).settings).toMatchObject([
    {
      state: 'notApplicable',
      reason: 'The profile has no PayloadIdentifier, by which devices know profiles.',
    },
  ]);
  expect(await compliance()).toMatchObject({ compliant: true, events: [] });
  expect(await device.checkIn()).toEqual([]);
  await org.change(id, custom, {
    ...own,
    payload: payload('<key>PayloadIdentifier</key><string>com.example.own</string>'),
  });
  await device.checkIn();
  expect((await org.effective()).settings).toMatchObject([
    {
      state: 'notApplicable',
      reason: 'The profile has no PayloadUUID, without which devices refuse it.',
    },
  ]);
  await org.takeFromAll(id);
  await device.checkIn();
  expect((await org.effective()).settings).toEqual([]);
});

test('a device with apps that a list prohibits is reported, and compliant', async () => {
  const device = await org.enrolled(byCommands);
  await org.giveToAll(general, {
    compliantAppListType: 'appsNotInListCompliant',
    compliantAppsList: [{ name: 'Safari', appId: 'com.apple.Safari' }],
  });
  await device.checkIn();
  const { notApplicable } = await org.effective();
  expect(JSON.stringify(notApplicable)).toContain('that the list prohibits');
  expect(await compliance()).toMatchObject({ compliant: true, events: [] });
});

test('a verdict is of one enrolment', async () => {
  const device = await org.enrolled(byCommands);
  await device.enroll(await enrollmentUrl(server, org.tenant));
  expect(await compliance()).toEqual({ compliant: null, lastCheck: undefined, events: [] });
  await device.checkIn();
  expect(await compliance()).toMatchObject({ compliant: true });
  const { id } = await org.device();
  await device.checkOut();
  expect(await org.native('GET', `/devices/${id}`)).toMatchObject({ state: 'DELETED', compliant: null });
});
