import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/database/index.ts';
import {
  AuthenticationRefused,
  keyPool,
  simulatedWindowsDevice,
  type SimulatedWindowsDevice,
  type WindowsDeviceOptions,
} from '../simulated-devices/windows/index.ts';
import type { Transport } from '../simulated-devices/transport.ts';
import { ConnectionLost } from '../support/lossy-transport.ts';
import { powerCuts } from '../support/power-cuts.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { enrollBy, windowsEnrollment } from '../support/windows-fleet.ts';
import { settle, windowsAdministrator } from '../support/windows-scenario.ts';
import { fiftySettings } from '../support/windows-settings.ts';

const policy = './Device/Vendor/MSFT/Policy/Config';
const length = `${policy}/DeviceLock/MinDevicePasswordLength`;
const camera = `${policy}/Camera/AllowCamera`;
const idle = `${policy}/DeviceLock/MaxInactivityTimeDeviceLock`;

let server: ServerProcess;
beforeAll(async () => {
  server = await serverProcess({ tls: true });
});
afterAll(() => server[Symbol.asyncDispose]());

test('a power cut between any two messages loses nothing, and nothing is done twice', async () => {
  const { transport, through, random, count } = powerCuts(server);
  const admin = windowsAdministrator(server, server);

  /** Before it gives up a session, Windows sends a message again whose answer did not come. */
  const patient: Transport = async (request) => {
    try {
      return await transport(request);
    } catch (error) {
      if (!(error instanceof ConnectionLost) || random(2) === 0) throw error;
      await server.start();
      return transport(request);
    }
  };
  const newKeyPair = keyPool(3);
  const pcWith = (options: Pick<WindowsDeviceOptions, 'hardware' | 'certificate' | 'firstCredential'>) =>
    simulatedWindowsDevice({
      transport: patient,
      random: randomBytes,
      clock: () => new Date(),
      newKeyPair,
      ...options,
    });
  const pcs = [
    pcWith({ hardware: { form: 'windows11' }, certificate: { kind: 'tls' } }),
    pcWith({ hardware: { form: 'windows10' }, firstCredential: 'digest' }),
  ];
  const each = async (work: (pc: SimulatedWindowsDevice) => Promise<unknown>): Promise<void> => {
    for (const pc of pcs) await work(pc);
  };

  /** They enrol with a code that is good for each of them once. */
  async function enroll(): Promise<void> {
    const enrollment = await windowsEnrollment(server, server, { maxUses: pcs.length });
    await through(
      () =>
        each(async (pc) => {
          if (!pc.state.enrollment) await enrollBy(pc, enrollment);
        }),
      1,
      8,
    );
    expect((await admin.native('GET', `/enrollments/${enrollment.id}`)).uses).toBe(pcs.length);
  }
  /** They call until they are told nothing more. To one that is gone the end of its last session does not matter. */
  const settleAll = (powerCuts: number) =>
    through(
      () =>
        each(async (pc) => {
          if (!pc.state.enrollment) return;
          await settle(pc).catch((error: unknown) => {
            if (!pc.state.enrollment) return;
            // A digest is good once: one that is sent again ends the session.
            throw error instanceof AuthenticationRefused ? new ConnectionLost(error.message) : error;
          });
        }),
      powerCuts,
      6,
    );
  const expectOnAll = (values: Readonly<Record<string, string | undefined>>, settings: number) =>
    each(async (pc) => {
      for (const [uri, value] of Object.entries(values)) expect(pc.value(uri), uri).toBe(value);
      expect((await admin.effective(pc)).counts).toMatchObject({
        verified: settings,
        pending: 0,
        delivered: 0,
        error: 0,
      });
      expect((await pc.sync()).received).toEqual([]);
    });
  /** Gives each PC an order; answers their ids on the server, in the order of the PCs. */
  async function order(action: string): Promise<string[]> {
    const ids: string[] = [];
    await each(async (pc) => {
      const { id } = await admin.deviceOf(pc);
      await admin.native('POST', `/devices/${id}/commands`, { action });
      ids.push(id);
    });
    return ids;
  }
  const lastOrder = async (id: string) => (await admin.native('GET', `/devices/${id}/commands`)).items[0];

  await enroll();
  await settleAll(1);
  const { items } = await admin.native('GET', '/devices');
  expect(items).toHaveLength(pcs.length);
  await each(async (pc) => expect(await admin.deviceOf(pc)).toMatchObject({ state: 'ACTIVE' }));

  const base = await admin.policy('base', fiftySettings);
  await each((pc) => admin.assign(pc, [base, 100]));
  await settleAll(2);
  await expectOnAll(fiftySettings, 50);

  const strict = await admin.policy('strict', { [length]: '14' });
  await each((pc) => admin.assign(pc, [base, 100], [strict, 50]));
  const { [camera]: _, ...rest } = fiftySettings;
  const changed = { ...rest, [idle]: '5' };
  await admin.applivery('PUT', `/policies/${base}`, { config: changed });
  await settleAll(1);
  await expectOnAll({ ...changed, [length]: '14', [camera]: undefined }, 49);

  const restarted = await order('restart');
  await settleAll(2);
  for (const [index, id] of restarted.entries()) {
    const { state, error } = await lastOrder(id);
    const { restarts } = pcs[index]!.state;
    if (state === 'acknowledged') expect(restarts).toBe(1);
    else expect(error).toContain('it may have done it');
    expect(restarts).toBeLessThanOrEqual(1);
  }

  await each((pc) => admin.assign(pc));
  await settleAll(1);
  await each(async (pc) => {
    for (const uri of [length, idle]) expect(pc.value(uri), uri).toBeUndefined();
    expect((await admin.effective(pc)).counts).toMatchObject({ pending: 0, error: 0 });
  });

  const wiped = await order('wipe');
  await settleAll(1);
  await each(async (pc) => expect(pc.state).toMatchObject({ erasures: 1, enrollment: undefined }));

  await enroll();
  await settleAll(0);
  await each((pc) => admin.assign(pc, [strict, 50]));
  await settleAll(0);
  await expectOnAll({ [length]: '14' }, 1);
  for (const id of wiped) expect(['acknowledged', 'canceled']).toContain((await lastOrder(id)).state);
  await each(async (pc) => expect(pc.state.erasures).toBe(1));

  const { rows: results } = await sql<{ count: number }>`
    select count(*)::int from devices_event where details ? 'commandId' group by details ->> 'commandId'`.execute(
    server.database.connection,
  );
  for (const { count: times } of results) expect(times).toBe(1);
  expect(count()).toBeGreaterThanOrEqual(6);
}, 180_000);
