import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hexOfId, parseGuidId } from '../../src/kernel/id.ts';
import { appleDevice } from '../support/apple-fleet.ts';
import { appleScenario, signedInUser, typesOf, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

const general = 'macOSGeneralDeviceConfiguration';
const passcode = 'com.apple.mobiledevice.passwordpolicy';
const restrictions = 'com.apple.applicationaccess';
/** Without declarative management all is delivered by commands. */
const byCommands = { supportsDeclarations: false };
const chain = [
  { ErrorCode: 4001, ErrorDomain: 'MCInstallationErrorDomain', LocalizedDescription: 'It is not good.' },
];

let server: TestServer;
let org: AppleScenario;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await appleScenario(server, `scenario-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

test('a Mac enrols, gets its policy and says that it has it, follows its changes, and loses it', async () => {
  const device = await org.enrolled(byCommands);
  expect(await org.device()).toMatchObject({
    platform: 'apple',
    state: 'ACTIVE',
    tags: ['sales'],
    serialNumber: device.hardware.serialNumber,
    os: { name: 'macOS', version: device.hardware.osVersion },
  });
  expect(await device.checkIn()).toEqual([]);

  const content = { passwordRequired: true, passwordMinimumLength: 8, airDropBlocked: true };
  const id = await org.giveToAll(general, content);
  expect((await org.effective()).counts).toMatchObject({ pending: 3, verified: 0 });
  expect(typesOf(await device.checkIn())).toEqual(['InstallProfile', 'InstallProfile', 'ProfileList']);
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true, minLength: 8 });
  expect(device.effective(restrictions)).toMatchObject({ allowAirDrop: false });
  const { counts, settings } = await org.effective();
  expect(counts).toMatchObject({ pending: 0, verified: 3 });
  expect(settings[0]).toMatchObject({ state: 'verified', reason: null });
  expect(await device.checkIn()).toEqual([]);

  await org.change(id, general, { passwordMinimumLength: 12 });
  expect(typesOf(await device.checkIn())).toEqual(['InstallProfile', 'ProfileList']);
  expect(device.effective(passcode)).toMatchObject({ minLength: 12 });

  await org.takeFromAll(id);
  expect(typesOf(await device.checkIn())).toEqual(['RemoveProfile', 'RemoveProfile']);
  expect(device.effective(passcode)).toEqual({});
  expect(await device.checkIn()).toEqual([]);
});

test('what a locked device cannot do is told, and done when it can', async () => {
  const device = await org.enrolled({ ...byCommands, hardware: { kind: 'iphone' } });
  await org.giveToAll('iosGeneralDeviceConfiguration', { passcodeRequired: true, cameraBlocked: true });
  device.lock();
  const offered = await device.checkIn();
  expect(new Set(offered.map(({ status }) => status))).toEqual(new Set(['NotNow']));
  // Each of what can be asked is asked once.
  expect(new Set(offered.map(({ uuid }) => uuid)).size).toBe(offered.length);
  const [setting] = (await org.effective()).settings;
  expect(setting).toMatchObject({ state: 'pending', reason: expect.stringContaining('cannot now') });
  device.unlock();
  await device.checkIn();
  expect((await org.effective()).counts).toMatchObject({ pending: 0 });
  expect(await device.checkIn()).toEqual([]);
});

test('a profile that the device refuses says why, and is tried again later and not for ever', async () => {
  const device = await org.enrolled(byCommands);
  device.fail('InstallProfile', 9, chain);
  await org.giveToAll(general, { passwordRequired: true });
  const tries: string[] = [];
  for (let hours = 0; hours < 24 * 5; hours++) {
    tries.push(...typesOf(await device.checkIn()).filter((type) => type === 'InstallProfile'));
    server.advance(3_600_000);
  }
  expect(tries).toHaveLength(4);
  const [setting] = (await org.effective()).settings;
  expect(setting).toMatchObject({
    state: 'error',
    reason: 'It is not good. (MCInstallationErrorDomain 4001)',
  });
});

test('a refusal for a while heals by itself', async () => {
  const device = await org.enrolled(byCommands);
  device.fail('InstallProfile', 1, chain);
  await org.giveToAll(general, { passwordRequired: true });
  await device.checkIn();
  expect((await org.effective()).settings[0].reason).toMatch(/It is tried again from 2026-.* on\.$/);
  expect(typesOf(await device.checkIn())).toEqual([]);
  server.advance(3_600_000);
  expect(typesOf(await device.checkIn())).toEqual(['InstallProfile', 'ProfileList']);
  expect((await org.effective()).counts).toMatchObject({ verified: 1, error: 0 });
});

test('the passcode of a device that knows declarations is declared, and no profile has it', async () => {
  const device = await org.enrolled({ hardware: { kind: 'iphone', isSupervised: true } });
  const id = await org.giveToAll('iosGeneralDeviceConfiguration', {
    passcodeRequired: true,
    passcodeMinimumLength: 6,
    cameraBlocked: true,
  });
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(passcode)).toMatchObject({ minLength: 6 });
  expect((await org.effective()).counts).toMatchObject({ pending: 0, verified: 3 });
  const profiles = device.channel.profiles;
  expect(JSON.stringify(profiles.map(({ identifier }) => identifier))).not.toContain(passcode);
  await org.change(id, 'iosGeneralDeviceConfiguration', { passcodeMinimumLength: 8 });
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(passcode)).toMatchObject({ minLength: 8 });
  await org.takeFromAll(id);
  await device.checkIn();
  expect(device.effective(passcode)).toEqual({});
});

test('a refusal to remove a profile that is told again counts once', async () => {
  const device = await org.enrolled(byCommands);
  const id = await org.giveToAll(general, { passwordRequired: true });
  await device.checkIn();
  await org.takeFromAll(id);
  device.fail('RemoveProfile', 1, [
    { ErrorDomain: 'MCMDMErrorDomain', ErrorCode: 12_011, LocalizedDescription: 'Not this time.' },
  ]);
  device.repeatReports(3);
  expect(typesOf(await device.checkIn())).toEqual(['RemoveProfile']);
  const { items } = await org.native('GET', `/devices/${(await org.device()).id}/timeline?limit=100`);
  const refusals = items.filter(({ title }: { title: string }) => title.includes('could not be removed'));
  expect(refusals).toHaveLength(1);
  server.advance(3_600_000);
  expect(typesOf(await device.checkIn())).toEqual(['RemoveProfile']);
  expect(device.effective(passcode)).toEqual({});
});

test('a profile of one’s own goes to the user when it is for the user', async () => {
  const device = await org.enrolled(byCommands);
  const user = await signedInUser(device);
  const profile = `<?xml version="1.0"?><plist version="1.0"><dict>
    <key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
    <key>PayloadIdentifier</key><string>com.example.own</string>
    <key>PayloadUUID</key><string>0A6A2F06-6B3F-4C2C-9C32-000000000001</string>
    <key>PayloadDisplayName</key><string>Own</string><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.example.notes</string>
    <key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>com.example.own.notes</string>
    <key>PayloadUUID</key><string>0A6A2F06-6B3F-4C2C-9C32-000000000002</string></dict></array></dict></plist>`;
  await org.giveToAll('macOSCustomConfiguration', {
    payload: Buffer.from(profile).toString('base64'),
    payloadFileName: 'own.mobileconfig',
    payloadName: 'Own',
    deploymentChannel: 'userChannel',
  });
  expect(typesOf(await device.checkIn())).toEqual([]);
  expect((await org.effective()).counts).toMatchObject({ pending: 1 });
  expect(typesOf(await user.checkIn())).toEqual(['InstallProfile', 'ProfileList']);
  expect((await org.effective()).counts).toMatchObject({ verified: 1 });
  expect(await user.checkIn()).toEqual([]);
});

test('a device gets the policies of the enrolment by which it enrolled', async () => {
  const { id } = await org.send('POST', '/beta/deviceManagement/deviceConfigurations', {
    '@odata.type': `#microsoft.graph.${general}`,
    displayName: 'Kiosks',
    passwordRequired: true,
  });
  const policies = [{ id, priority: 7 }];
  const created = await org.native('POST', '/enrollments', { platform: 'apple', policies });
  expect(created.policies).toEqual([{ id, name: 'Kiosks', priority: 7 }]);
  const device = appleDevice(server, byCommands);
  await device.enroll(created.url);
  await device.checkIn();
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true });
  expect((await org.effective()).settings[0].winner).toMatchObject({ assignment: 'direct', priority: 7 });

  const removal = { method: 'DELETE', url: `/beta/deviceManagement/deviceConfigurations/${id}` } as const;
  const refused = await server.send({ ...removal, token: org.tenant.token });
  expect(refused.status).toBe(409);
  expect(refused.text).toContain('is given by an enrolment');
});

test('a device gets the primary policy and the others of the token of Applivery by which it enrolled', async () => {
  const policy = async (displayName: string, content: object) => {
    const { id } = await org.send('POST', '/beta/deviceManagement/deviceConfigurations', {
      '@odata.type': `#microsoft.graph.${general}`,
      displayName,
      ...content,
    });
    return hexOfId(parseGuidId(id)!);
  };
  const primary = await policy('Baseline', { passwordRequired: true, passwordMinimumLength: 6 });
  const further = await policy('Kiosk', { passwordMinimumLength: 10 });
  const url = `/v1/organizations/${org.tenant.organization.slug}/mdm/apple/enterprise/enrollment-tokens`;
  const given = { policyId: primary, admPolicyAssignments: [{ admPolicyId: further, priority: 20 }] };
  const { data } = await org.send('POST', url, { sendEmail: false, maxUses: null, ...given });
  expect(data).toMatchObject(given);
  const device = appleDevice(server, byCommands);
  await device.enroll(data.config.url);
  await device.checkIn();
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true, minLength: 6 });
  const { settings } = await org.effective();
  expect(settings.map(({ key }: { key: string }) => key).toSorted()).toEqual([
    `${passcode}/forcePIN`,
    `${passcode}/minLength`,
  ]);
  expect(settings[0].winner).toMatchObject({ policy: { name: 'Baseline' }, assignment: 'primary' });
  const without = { policyId: null, admPolicyAssignments: [] };
  const changed = await org.send('PUT', `${url}/${data.id}`, without);
  expect(changed.data).not.toHaveProperty('policyId');
  expect(changed.data.admPolicyAssignments).toEqual([]);
  const limited = await server.addToken(org.tenant, ['enrollment.update', 'enrollment.read']);
  const refused = await server.send({
    method: 'PUT',
    url: `${url}/${data.id}`,
    body: given,
    token: limited,
  });
  expect(refused.status).toBe(403);
});

test('an enrolment gives what there is, once, to those who may assign it', async () => {
  const give = async (policies: unknown, token = org.tenant.token) =>
    server.send({
      method: 'POST',
      url: `/api/v1/organizations/${org.tenant.organization.slug}/enrollments`,
      body: { platform: 'apple', policies },
      token,
    });
  const id = await org.giveToAll(general, { passwordRequired: true });
  const nobody = '00000000-0000-8000-8000-000000000001';
  expect((await give([{ id: nobody, priority: 1 }])).json.violations).toMatchObject([
    { path: 'policies[0].id' },
  ]);
  const twice = [
    { id, priority: 1 },
    { id, priority: 2 },
  ];
  expect((await give(twice)).json.violations).toMatchObject([{ path: 'policies[1].id' }]);
  expect((await give([{ id, priority: 10_001 }])).status).toBe(400);
  const limited = await server.addToken(org.tenant, ['enrollment.create', 'enrollment.read']);
  expect((await give([{ id, priority: 1 }], limited)).status).toBe(403);
  expect((await org.native('GET', '/enrollments')).items).toEqual([]);
});
