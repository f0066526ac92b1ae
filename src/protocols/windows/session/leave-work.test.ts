import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  enrolledWindowsDevice,
  type EnrolledWindowsDevice,
} from '../../../../test/support/enrolled-windows-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { listEvents } from '../../../devices/events/index.ts';
import { retireDevice } from '../../../devices/management/index.ts';
import type { CommandOutcome } from '../dm-command.ts';
import type { WindowsSettings } from '../options.ts';
import { leaveWork } from './leave-work.ts';

let server: TestServer;
let pc: EnrolledWindowsDevice;
beforeAll(async () => {
  server = await testServer();
  pc = await enrolledWindowsDevice(server, server.tenant);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A message of the PC, with what it is told and whether its management ended. */
const message = (outcomes: readonly CommandOutcome[], told: readonly string[] = []) =>
  server.change(server.tenant, async (context) => {
    const work = await leaveWork({} as WindowsSettings, context, await pc.read());
    await work.heard(outcomes);
    const planned = work.planned({ userIsSignedIn: true, isReportDue: true, told: new Set(told) });
    work.sent(planned.map(({ id }) => id));
    await work.save({ isThrough: false });
    return { ids: planned.map(({ id }) => id), hasEnded: work.hasEnded!() };
  });
const titles = () =>
  server.change(server.tenant, async (context) =>
    (await listEvents(context, pc.device.id, { limit: 2 })).map(({ title }) => title),
  );

test('a PC that shall leave is told so once in a session, and what it says is kept', async () => {
  expect(await message([])).toEqual({ ids: [], hasEnded: false });
  await server.change(server.tenant, async (context) => retireDevice(context, await pc.read()));
  const { ids } = await message([]);
  expect(ids).toHaveLength(1);
  const [id] = ids as [string];
  expect((await titles())[0]).toBe('The PC was told to leave the management.');
  const refused = { id, status: 500, originalError: '0x80070005', nodes: [] };
  expect(await message([refused], ids)).toEqual({ ids: [], hasEnded: false });
  expect((await titles())[0]).toBe(
    'The PC refused to leave the management: the command failed on the PC (500, 0x80070005: access is denied)',
  );
  expect((await message([])).ids).toEqual(ids);
  expect((await message([{ id: 'other', status: 200, nodes: [] }], ids)).hasEnded).toBe(false);
  expect((await message([{ id, status: 200, nodes: [] }], ids)).hasEnded).toBe(true);
});
