import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerRefusal } from '../simulated-devices/apple/index.ts';
import { appleScenario, typesOf, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let org: AppleScenario;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await appleScenario(server, `declared-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const restrictions = 'com.apple.applicationaccess';
const kind = 'iosGeneralDeviceConfiguration';
const iPhone = { hardware: { kind: 'iphone', isSupervised: true } } as const;

test('a profile is declared where the device knows how, changes with its policy, and goes with it', async () => {
  const device = await org.enrolled(iPhone);
  const id = await org.giveToAll(kind, { cameraBlocked: true });
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(restrictions)).toEqual({ allowCamera: false });
  expect((await org.effective()).counts).toMatchObject({ pending: 0, verified: 1 });
  expect(await device.checkIn()).toEqual([]);
  await org.change(id, kind, { cameraBlocked: false, airDropBlocked: true });
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(restrictions)).toMatchObject({ allowAirDrop: false });
  // The list of what is installed, once a day, takes nothing away.
  server.advance(25 * 3_600_000);
  expect(typesOf(await device.checkIn())).not.toContain('RemoveProfile');
  expect(device.effective(restrictions)).toMatchObject({ allowAirDrop: false });
  await org.takeFromAll(id);
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(restrictions)).toEqual({});
  expect(await device.checkIn()).toEqual([]);
});

test('a profile that came by a command becomes the declaration’s without being removed', async () => {
  const device = await org.enrolled({ ...iPhone, supportsDeclarations: false });
  const id = await org.giveToAll(kind, { cameraBlocked: true });
  expect(typesOf(await device.checkIn())).toEqual(['InstallProfile', 'ProfileList']);
  // An update of its system brings them.
  Object.assign(device.setup, { supportsDeclarations: true });
  Object.assign(device.hardware, { osVersion: '18.6' });
  server.advance(25 * 3_600_000);
  const types = typesOf(await device.checkIn());
  expect(types).toContain('DeclarativeManagement');
  server.advance(25 * 3_600_000);
  types.push(...typesOf(await device.checkIn()));
  expect(types).not.toContain('RemoveProfile');
  expect(types).not.toContain('InstallProfile');
  expect(device.effective(restrictions)).toEqual({ allowCamera: false });
  expect((await org.effective()).counts).toMatchObject({ verified: 1 });
  await org.takeFromAll(id);
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect(device.effective(restrictions)).toEqual({});
});

test('a device that was updated keeps its declarations', async () => {
  const device = await org.enrolled(iPhone);
  await org.giveToAll(kind, { cameraBlocked: true });
  await device.checkIn();
  Object.assign(device.hardware, { osVersion: '18.6' });
  server.advance(25 * 3_600_000);
  const types = typesOf(await device.checkIn());
  expect(types).toContain('DeviceInformation');
  expect(types).not.toContain('InstallProfile');
  expect(types).not.toContain('DeclarativeManagement');
  expect((await org.effective()).counts).toMatchObject({ verified: 1, pending: 0 });
});

test('a device that says nothing of what was declared to it is told again, once a day', async () => {
  const device = await org.enrolled(iPhone);
  await org.giveToAll(kind, { cameraBlocked: true });
  const { transport } = device.setup;
  // It does as it is told, and what it asks for then does not arrive.
  const lost = async (request: Parameters<typeof transport>[0]) =>
    request.url.includes('/checkin/')
      ? { status: 503, headers: {}, body: Buffer.alloc(0) }
      : transport(request);
  Object.assign(device.setup, { transport: lost });
  await expect(device.checkIn()).rejects.toThrow(ServerRefusal);
  Object.assign(device.setup, { transport });
  device.channel.declarations.isBehind = false;
  expect(typesOf(await device.checkIn())).toEqual([]);
  expect(device.effective(restrictions)).toEqual({});
  server.advance(25 * 3_600_000);
  expect(typesOf(await device.checkIn())).toContain('DeclarativeManagement');
  expect(device.effective(restrictions)).toEqual({ allowCamera: false });
  expect((await org.effective()).counts).toMatchObject({ verified: 1, pending: 0 });
  server.advance(25 * 3_600_000);
  expect(typesOf(await device.checkIn())).not.toContain('DeclarativeManagement');
});

test('a profile that could not be downloaded is declared again, some times', async () => {
  const device = await org.enrolled(iPhone);
  const { transport } = device.setup;
  let isDown = true;
  const failing = async (request: Parameters<typeof transport>[0]) =>
    isDown && request.url.includes('/profiles/')
      ? { status: 503, headers: {}, body: Buffer.alloc(0) }
      : transport(request);
  Object.assign(device.setup, { transport: failing });
  const id = await org.giveToAll(kind, { cameraBlocked: true });
  const camera = async () => (await org.effective()).settings[0];
  const again = async (hours: number) => {
    server.advance(hours * 3_600_000);
    return typesOf(await device.checkIn()).filter((type) => type === 'DeclarativeManagement');
  };
  expect(await again(0)).toHaveLength(1);
  expect(await camera()).toMatchObject({ state: 'error', reason: expect.stringMatching(/503.*tried again/) });
  expect(await again(0)).toEqual([]);
  // A full report says the same, and puts nothing off.
  await device.reportStatus({ isFull: true });
  expect(await again(1)).toHaveLength(1);
  isDown = false;
  expect(await again(1)).toEqual([]);
  expect(await again(5)).toHaveLength(1);
  expect(device.effective(restrictions)).toEqual({ allowCamera: false });
  expect(await camera()).toMatchObject({ state: 'verified' });
  expect(await device.checkIn()).toEqual([]);

  isDown = true;
  await org.change(id, kind, { cameraBlocked: false, airDropBlocked: true });
  for (const hours of [0, 1, 6, 24]) expect(await again(hours)).toHaveLength(1);
  expect(await again(1_000)).toEqual([]);
  expect((await camera()).reason).not.toMatch(/tried again/);
  isDown = false;
  await org.change(id, kind, { airDropBlocked: false, passcodeRequired: true, cameraBlocked: true });
  expect(await again(0)).toHaveLength(1);
  expect(device.effective(restrictions)).toEqual({ allowCamera: false });
});

test('what a device fetched before it was told of it counts', async () => {
  const device = await org.enrolled(iPhone);
  const id = await org.giveToAll(kind, { cameraBlocked: true });
  await device.syncDeclarations();
  expect((await org.effective()).counts).toMatchObject({ verified: 1, pending: 0 });
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  await org.change(id, kind, { cameraBlocked: false, airDropBlocked: true });
  await device.syncDeclarations();
  expect(typesOf(await device.checkIn())).toEqual(['DeclarativeManagement']);
  expect((await org.effective()).counts).toMatchObject({ verified: 1, pending: 0 });
  expect(await device.checkIn()).toEqual([]);
});

test('a declared profile is given to whom it was declared, while it is', async () => {
  const device = await org.enrolled(iPhone);
  const id = await org.giveToAll(kind, { cameraBlocked: true });
  await device.checkIn();
  const url = [...device.channel.declarations.declarations.values()]
    .map(({ payload }) => payload['ProfileURL'])
    .find((found) => found !== undefined) as string;
  const get = (at: string) => server.send({ method: 'GET', url: at });
  const path = new URL(url).pathname;
  expect((await get(path)).text).toContain('<key>allowCamera</key>');
  const parts = path.split('/');
  const wrong = [
    path.slice(0, -1),
    `${path}x`,
    [...parts.slice(0, -1), 'A'.repeat(43)].join('/'),
    [...parts.slice(0, -2), '0'.repeat(24), parts.at(-1)].join('/'),
    [...parts.slice(0, -2), 'nonsense', parts.at(-1)].join('/'),
  ];
  for (const other of wrong) expect((await get(other)).status, other).toBe(404);
  await org.takeFromAll(id);
  expect((await get(path)).status).toBe(404);
});
