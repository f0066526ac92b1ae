import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { appleScenario, typesOf, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let org: AppleScenario;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await appleScenario(server, `refused-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const passcode = 'com.apple.mobiledevice.passwordpolicy';
const kind = 'iosGeneralDeviceConfiguration';
const iPhone = { hardware: { kind: 'iphone', isSupervised: true } } as const;
/** As the effective policy tells it. */
const minLength = async () =>
  (await org.effective()).settings.find(({ key }: { key: string }) => key === `${passcode}/minLength`);
const hour = 3_600_000;
const chain = [
  { ErrorDomain: 'RMErrorDomain', ErrorCode: 1, LocalizedDescription: 'Not this time.' },
] as const;

test('a device keeps what it would not hear the end of, says so, and is told again', async () => {
  const device = await org.enrolled(iPhone);
  const id = await org.giveToAll(kind, { passcodeRequired: true, passcodeMinimumLength: 9 });
  await device.checkIn();
  device.fail('DeclarativeManagement', 1, chain);
  await org.takeFromAll(id);
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(passcode)).toMatchObject({ minLength: 9 });
  expect(await minLength()).toMatchObject({ value: null, winner: null, state: 'pending' });
  expect((await minLength()).reason).toMatch(
    /No policy wants it any more\..*Not this time.*tried again from 2026-/,
  );
  expect(typesOf(await device.checkIn())).toEqual([]);
  server.advance(hour);
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(passcode)).toEqual({});
  expect((await org.effective()).settings).toEqual([]);
  expect(await device.checkIn()).toEqual([]);
});

test('a refusal that is told again counts once', async () => {
  const device = await org.enrolled(iPhone);
  const id = await org.giveToAll(kind, { passcodeRequired: true });
  await device.checkIn();
  await org.takeFromAll(id);
  device.fail('DeclarativeManagement', 2, chain);
  device.repeatReports(3);
  await device.checkIn();
  const refusals = async () =>
    (await org.native('GET', `/devices/${(await org.device()).id}/timeline?limit=100`)).items.filter(
      ({ title }: { title: string }) => title.startsWith('The device refused declarative'),
    );
  expect(await refusals()).toHaveLength(1);
  server.advance(hour);
  device.repeatReports(3);
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(await refusals()).toHaveLength(2);
  server.advance(5 * hour);
  expect(await device.checkIn()).toEqual([]);
  server.advance(hour);
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(passcode)).toEqual({});
});

test('a device that refuses a change again and again gets it by commands, and loses what was declared as soon as it listens', async () => {
  const device = await org.enrolled(iPhone);
  const id = await org.giveToAll(kind, { passcodeRequired: true, passcodeMinimumLength: 9 });
  await device.checkIn();
  device.fail('DeclarativeManagement', 5, chain);
  await org.change(id, kind, { passcodeRequired: true, passcodeMinimumLength: 6 });
  for (const hours of [0, 1, 6]) {
    server.advance(hours * hour);
    expect(typesOf(await device.checkIn())).toContain('DeclarativeManagement');
    expect(await minLength()).toMatchObject({ value: 6, state: 'error' });
    expect((await minLength()).reason).toContain('Not this time.');
    expect((await org.effective()).counts).toMatchObject({ verified: 1, error: 1 });
  }
  server.advance(24 * hour);
  const types = typesOf(await device.checkIn());
  expect(types.filter((type) => type === 'DeclarativeManagement' || type === 'InstallProfile')).toEqual([
    'DeclarativeManagement',
    'InstallProfile',
    'DeclarativeManagement',
  ]);
  expect(device.effective(passcode)).toMatchObject({ minLength: 9 });
  server.advance(hour);
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(passcode)).toEqual({ forcePIN: true, minLength: 6 });
  expect(await minLength()).toMatchObject({ value: 6, state: 'verified' });
  expect(await device.checkIn()).toEqual([]);
});

test('a device that never took a declaration gets profiles at once', async () => {
  const device = await org.enrolled({ ...iPhone, supportsDeclarations: false });
  await org.giveToAll(kind, { passcodeRequired: true, passcodeMinimumLength: 9 });
  await device.checkIn();
  expect(device.effective(passcode)).toMatchObject({ minLength: 9 });
  expect(await minLength()).toMatchObject({ value: 9, state: 'verified' });
});
