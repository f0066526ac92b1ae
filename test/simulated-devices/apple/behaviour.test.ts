import { beforeEach, expect, test } from 'vitest';
import { ConnectionLost, lossyTransport } from '../../support/lossy-transport.ts';
import {
  configurationProfile,
  enrolledDevice,
  passcodeType,
  testAuthority,
  testDevice,
} from './device-for-test.ts';
import type { SimulatedDevice } from './device.ts';
import { referenceServer, type ReferenceServer } from './reference-server.ts';

let server: ReferenceServer;
let device: SimulatedDevice;
beforeEach(async () => {
  ({ server, device } = await enrolledDevice());
});

const statuses = () => server.reports.map(({ Status }) => Status);

test('without commands, one request is all', async () => {
  expect(await device.checkIn()).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test('locked, it puts off what must wait and does what need not', async () => {
  device.lock();
  const profile = configurationProfile('policy', [[passcodeType, { minLength: 8 }]]);
  server.send('InstallProfile', { Payload: profile });
  server.send('DeviceInformation', { Queries: ['OSVersion'] });
  await device.checkIn();
  expect(statuses()).toEqual(['Idle', 'NotNow', 'Acknowledged', 'NotNow']);
  expect(device.effective(passcodeType)).toEqual({});
  device.unlock();
  expect(await device.checkIn()).toMatchObject([{ requestType: 'InstallProfile', status: 'Acknowledged' }]);
  expect(device.effective(passcodeType)).toEqual({ minLength: 8 });
});

test('it fails a command as often as it is told', async () => {
  const chain = [{ ErrorDomain: 'MCInstallationErrorDomain', ErrorCode: 4_005, LocalizedDescription: 'no' }];
  device.fail('ProfileList', 2, chain);
  for (let count = 0; count < 3; count++) server.send('ProfileList');
  expect((await device.checkIn()).map(({ status }) => status)).toEqual(['Error', 'Error', 'Acknowledged']);
  expect(server.reports[1]!['ErrorChain']).toMatchObject(chain);
});

test('it sends a report twice', async () => {
  device.repeatReports(1);
  server.send('ProfileList');
  server.send('SecurityInfo');
  await device.checkIn();
  expect(server.reports.map(({ CommandUUID }) => CommandUUID)).toEqual([
    undefined,
    'command-1',
    'command-1',
    'command-2',
  ]);
});

test('asleep, it misses pushes', async () => {
  server.send('ProfileList');
  device.sleep();
  expect(await device.onPush()).toEqual([]);
  expect(device.state.missedPushes).toBe(1);
  device.wake();
  expect(await device.onPush(device.channel.pushMagic)).toHaveLength(1);
});

test('a push with the magic of somebody else does nothing', async () => {
  server.send('ProfileList');
  expect(await device.onPush('not mine')).toEqual([]);
  expect(server.requests).toEqual([]);
});

test('exchanges never overlap, however many pushes come at once', async () => {
  server.send('ProfileList');
  const all = await Promise.all([device.onPush(), device.onPush(), device.checkIn()]);
  expect(all.map((received) => received.length)).toEqual([1, 0, 0]);
  expect(statuses()).toEqual(['Idle', 'Acknowledged', 'Idle', 'Idle']);
});

test('a push that comes while it erases itself is missed', async () => {
  server.send('EraseDevice', { PIN: '123456' });
  const all = await Promise.all([device.onPush(), device.onPush()]);
  expect(all.map((received) => received.length)).toEqual([1, 0]);
  expect(device.state.missedPushes).toBe(1);
});

test('an exchange that does not end is given up', async () => {
  ({ server, device } = await enrolledDevice({ maximumCommands: 3 }));
  for (let count = 0; count < 5; count++) server.send('ProfileList');
  await expect(device.checkIn()).rejects.toThrow(/sent 3 commands in one exchange/);
});

test('what the server refuses in between does not block the device', async () => {
  server.send('ProfileList');
  server.answers.set('Idle', { status: 503 });
  await expect(device.checkIn()).rejects.toThrow(/Idle of .* was answered 503/);
  expect(await device.checkIn()).toHaveLength(1);
});

test('a new push token is told', async () => {
  const before = device.channel.pushToken;
  await device.updateToken();
  expect(server.checkIns).toMatchObject([{ MessageType: 'TokenUpdate' }]);
  expect(server.checkIns[0]!['Token']).toEqual(new Uint8Array(device.channel.pushToken));
  expect(device.channel.pushToken).not.toEqual(before);
});

test('the bootstrap token is kept by the server', async () => {
  expect(await device.getBootstrapToken()).toBeUndefined();
  await device.setBootstrapToken(Buffer.from('bootstrap'));
  expect(await device.getBootstrapToken()).toEqual(Buffer.from('bootstrap'));
  await device.setBootstrapToken(undefined);
  expect(server.checkIns.at(-1)).not.toHaveProperty('BootstrapToken');
  expect(await device.getBootstrapToken()).toBeUndefined();
});

test.each(['request', 'answer'] as const)(
  'a report whose %s was lost is sent before all else the next time, and nothing is done again',
  async (lost) => {
    const reference = referenceServer(await testAuthority());
    const network = lossyTransport(reference.transport);
    const own = testDevice(network.send);
    await own.enroll(`${reference.origin}/enroll`);
    reference.send('RestartDevice');
    reference.send('ProfileList');
    network.lose(lost, 1);
    await expect(own.checkIn()).rejects.toThrow(ConnectionLost);
    expect(own.state.restarts).toBe(0);
    await own.checkIn();
    await own.checkIn();
    expect(own.state.restarts).toBe(1);
    expect([...own.state.orders.values()]).toEqual([1]);
    const told = lost === 'answer' ? ['command-1', 'command-1'] : ['command-1'];
    expect(reference.reports.map(({ CommandUUID }) => CommandUUID)).toEqual([
      undefined,
      ...told,
      undefined,
      'command-2',
    ]);
  },
);
