import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/database/index.ts';
import { keyPool, simulatedDevice, type ReceivedCommand } from '../simulated-devices/apple/index.ts';
import { uploadPushCertificate } from '../support/apple-enrollment.ts';
import { enrollmentUrl } from '../support/apple-fleet.ts';
import { powerCuts } from '../support/power-cuts.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';

const passcode = 'com.apple.mobiledevice.passwordpolicy';
const devices = '/api/v1/organizations/default/devices';

let server: ServerProcess;
beforeAll(async () => {
  server = await serverProcess({ tls: false });
});
afterAll(() => server[Symbol.asyncDispose]());

test('a power cut between any two steps loses nothing, and nothing is done twice', async () => {
  const { send } = server;
  const { transport, through, count } = powerCuts(server);

  const clock = () => new Date();
  const device = simulatedDevice({
    hardware: { kind: 'mac' },
    transport,
    random: randomBytes,
    clock,
    newKeyPair: keyPool(2),
    supportsDeclarations: false,
  });
  /** Calls until there is nothing more to do. */
  const calls = async (): Promise<void> => {
    let received: readonly ReceivedCommand[];
    do received = device.state.enrollment ? await device.checkIn() : [];
    while (received.length > 0);
  };
  const known = async () => {
    const { items } = (await send({ url: devices })).json;
    expect(items).toHaveLength(1);
    return items[0];
  };
  const effective = async () =>
    (await send({ url: `${devices}/${(await known()).id}/effective-policy` })).json;
  const order = async (body: object) =>
    send({ method: 'POST', url: `${devices}/${(await known()).id}/commands`, body });

  await uploadPushCertificate({ send, now: clock }, server);
  const url = await enrollmentUrl(server, server);
  await through(
    async () => {
      if (!device.state.enrollment) await device.enroll(url);
    },
    1,
    6,
  );
  await through(calls, 1);
  expect(await known()).toMatchObject({ state: 'ACTIVE', serialNumber: device.hardware.serialNumber });

  const configurations = '/beta/deviceManagement/deviceConfigurations';
  const type = { '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration' };
  const everybody = { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } };
  const body = { ...type, displayName: 'Passwords', passwordRequired: true, passwordMinimumLength: 8 };
  const { id } = (await send({ method: 'POST', url: configurations, body })).json;
  const assign = (assignments: readonly object[]) =>
    send({ method: 'POST', url: `${configurations}/${id}/assign`, body: { assignments } });
  await assign([everybody]);
  await through(calls, 2);
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true, minLength: 8 });
  expect((await effective()).counts).toMatchObject({ verified: 2, pending: 0, delivered: 0, error: 0 });

  const patch = { ...type, passwordMinimumLength: 12 };
  await send({ method: 'PATCH', url: `${configurations}/${id}`, body: patch });
  await through(calls, 1, 4);
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true, minLength: 12 });
  expect((await effective()).counts).toMatchObject({ verified: 2, pending: 0, delivered: 0, error: 0 });

  await assign([]);
  await through(calls, 2);
  expect(device.effective(passcode)).toEqual({});

  await order({ action: 'restart' });
  await through(calls, 2);
  expect(device.state.restarts).toBe(1);

  await order({ action: 'wipe', pin: '123456' });
  await through(calls, 2);
  expect(device.state).toMatchObject({ erasures: 1, enrollment: undefined });

  const { rows: commands } = await sql`select type, state from devices_command order by id`.execute(
    server.database.connection,
  );
  expect(commands).toEqual([
    { type: 'RestartDevice', state: 'acknowledged' },
    { type: 'EraseDevice', state: 'acknowledged' },
  ]);
  const { rows: results } = await sql`
    select details ->> 'commandId' as command, count(*)::int from devices_event
    where details ? 'commandId' group by 1`.execute(server.database.connection);
  expect(results).toMatchObject([{ count: 1 }, { count: 1 }]);
  expect([...device.state.orders.values()]).toEqual([1, 1]);
  expect(count()).toBeGreaterThanOrEqual(6);
}, 180_000);
