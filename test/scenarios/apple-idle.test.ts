import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from '../../src/database/index.ts';
import { ServerRefusal, type SimulatedDevice } from '../simulated-devices/apple/index.ts';
import { appleDevice, enrollmentUrl } from '../support/apple-fleet.ts';
import { appleScenario, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const passwords = { passwordRequired: true };

let server: TestServer;
let org: AppleScenario;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  org = await appleScenario(server, `idle-${++count}`);
  await org.giveToAll('macOSGeneralDeviceConfiguration', passwords);
});
afterAll(() => server[Symbol.asyncDispose]());

async function settled(): Promise<SimulatedDevice> {
  const device = appleDevice(server, { supportsDeclarations: false });
  await device.enroll(await enrollmentUrl(server, org.tenant));
  await device.checkIn();
  expect(await device.checkIn()).toEqual([]);
  return device;
}

async function lastSeen(): Promise<string[]> {
  const { rows } = await sql<{ at: Date }>`
    select last_seen_at as at from devices_apple_channel where organization_id = ${org.tenant.organization.id}`.execute(
    server.database.connection,
  );
  return rows.map(({ at }) => at.toISOString());
}

test('a device without anything to do costs one statement, and another once a minute', async () => {
  const device = await settled();
  server.takeStatements();
  expect(await device.checkIn()).toEqual([]);
  expect(server.takeStatements()).toHaveLength(1);
  server.advance(2 * minute);
  expect(await device.checkIn()).toEqual([]);
  expect(server.takeStatements()).toHaveLength(2);
  expect(await device.checkIn()).toEqual([]);
  expect(server.takeStatements()).toHaveLength(1);
  expect(await lastSeen()).toEqual([server.now().toISOString()]);
});

test('devices that call at the same time share their statements', async () => {
  const devices: SimulatedDevice[] = [];
  for (let made = 0; made < 32; made++) devices.push(await settled());
  server.advance(2 * minute);
  server.takeStatements();
  const answers = await Promise.all(devices.map((device) => device.checkIn()));
  expect(answers.flat()).toEqual([]);
  expect(server.takeStatements().length).toBeLessThanOrEqual(4);
  expect(new Set(await lastSeen())).toEqual(new Set([server.now().toISOString()]));
}, 120_000);

test('a call is seen, though there is something to do', async () => {
  const device = await settled();
  await org.giveToAll('macOSGeneralDeviceConfiguration', { cameraBlocked: true });
  server.advance(2 * minute);
  expect(await device.checkIn()).not.toEqual([]);
  expect(await lastSeen()).toEqual([server.now().toISOString()]);
});

test('a certificate that is revoked or has ended counts no more, from one call to the next', async () => {
  const device = await settled();
  const revoke = (at: Date | null) =>
    sql`update devices_certificate set revoked_at = ${at} where organization_id = ${org.tenant.organization.id}`.execute(
      server.database.connection,
    );
  const before = await lastSeen();
  server.advance(2 * minute);
  await revoke(server.now());
  await expect(device.checkIn()).rejects.toThrow(ServerRefusal);
  expect(await lastSeen()).toEqual(before);
  await revoke(null);
  expect(await device.checkIn()).toEqual([]);
  server.advance(800 * day);
  await expect(device.checkIn()).rejects.toThrow(ServerRefusal);
});

test('nobody is told whether another device has something to do', async () => {
  const device = await settled();
  const { enrollment } = device.state;
  const { enrollment: other } = (await settled()).state;
  Object.assign(enrollment!, { identity: other!.identity });
  await expect(device.checkIn()).rejects.toMatchObject({ status: 400 });
});
