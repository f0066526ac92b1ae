import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  enrolledWindowsDevice,
  type EnrolledWindowsDevice,
} from '../../../../test/support/enrolled-windows-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { lockWaitingCommands } from '../../../devices/commands/index.ts';
import { accountsOfDevices } from '../../../devices/dm-accounts/index.ts';
import { saveInventory } from '../../../devices/inventory/index.ts';
import { allPermissions } from '../../../tenancy/index.ts';

let server: TestServer;
let pc: EnrolledWindowsDevice;
beforeAll(async () => {
  server = await testServer();
  pc = await enrolledWindowsDevice(server, server.tenant, { name: 'PC-1', serialNumber: 'SN-1' });
});
afterAll(() => server[Symbol.asyncDispose]());

const urlOf = ({ device }: EnrolledWindowsDevice) => `/api/v1/organizations/default/devices/${device.id}`;
const give = (body: unknown, to = pc) => server.send({ method: 'POST', url: `${urlOf(to)}/commands`, body });
const waitingOf = ({ device }: EnrolledWindowsDevice) =>
  server.change(server.tenant, (context) => lockWaitingCommands(context, device.id, 'device', 'user'));

test('an action becomes commands of OMA-DM, and nobody is woken', async () => {
  for (const [body, type] of [
    [{ action: 'wipe', keep: 'userData', fromCloud: true }, 'RemoteWipe'],
    [{ action: 'restart' }, 'RebootNow'],
    [{ action: 'rename', name: 'PC-2' }, 'DNSComputerName'],
    [{ action: 'cleanInstall', keepUserData: true }, 'CleanPC'],
    [{ action: 'resetForNextUser' }, 'AutomaticRedeployment'],
    [{ action: 'scanForMalware', quick: false }, 'DefenderScan'],
    [{ action: 'updateMalwareSignatures' }, 'DefenderUpdateSignature'],
    [{ action: 'rotateRecoveryKeys' }, 'RotateRecoveryPasswords'],
    [{ action: 'rotateAdminPassword' }, 'LapsResetPassword'],
    [{ command: { commands: [{ path: './DevInfo/DevId', action: 'Get' }] } }, 'Get ./DevInfo/DevId'],
  ] as const) {
    const answer = await give(body);
    expect(answer, answer.text).toMatchObject({ status: 201, json: { type, state: 'queued', error: null } });
    const waiting = (await waitingOf(pc)).find(({ id }) => id === answer.json.id);
    expect(waiting).toMatchObject({ type, channel: 'device' });
  }
  const woken: unknown[] = [];
  await server.runJobs({ 'devices.wakeApple': async (payload) => void woken.push(payload) });
  expect(woken).toEqual([]);
  // What protects a lost device goes first.
  expect((await waitingOf(pc))[0]!.type).toBe('RemoteWipe');
});

test('what is for the user waits on the channel of the user', async () => {
  const own = await enrolledWindowsDevice(server, server.tenant);
  const path = './User/Vendor/MSFT/Policy/Config/Start/HideSleep';
  await give({ command: { commands: [{ path, action: 'Get' }] } }, own);
  expect(await waitingOf(own)).toMatchObject([{ channel: 'user', type: `Get ${path}` }]);
});

test('sync is no command: the PC tells its inventory when it calls next', async () => {
  const own = await enrolledWindowsDevice(server, server.tenant);
  server.advance(60_000);
  expect((await give({ action: 'sync' }, own)).status).toBe(204);
  const account = await server.change(server.tenant, async (context) =>
    (await accountsOfDevices(context, [own.device.id])).get(own.device.id),
  );
  expect(account?.reportDueAt).toEqual(server.now());
  expect(await waitingOf(own)).toEqual([]);
});

describe('is refused, and nothing is queued:', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['lock', { action: 'lock' }, 'lock', /cannot be locked/],
    ['shutDown', { action: 'shutDown' }, 'shutDown', /restarted/],
    ['a name that is none', { action: 'rename', name: 'a b' }, 'name', /letters/],
    ['a scan of which nothing is said', { action: 'scanForMalware' }, 'quick', /required/],
    ['a text where a boolean is meant', { action: 'scanForMalware', quick: 'yes' }, 'quick', /boolean|true/],
    ['an eSIM', { action: 'wipe', keepDataPlan: true }, 'keepDataPlan', /eSIM/],
    ["Apple's command", { command: { RequestType: 'RestartDevice' } }, 'commands', /required/],
    [
      'the end of the management',
      { command: { commands: [{ path: './Vendor/MSFT/DMClient/Unenroll', action: 'Exec' }] } },
      'commands[0].path',
      /nobody manages/,
    ],
  ])('%s', async (_, body, path, message) => {
    const before = await waitingOf(pc);
    const answer = await give(body);
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json.violations[0]).toEqual({ path, message: expect.stringMatching(message) });
    expect(await waitingOf(pc)).toEqual(before);
  });

  test('anything of a PC that left, and by who may command Apple devices alone', async () => {
    const own = await enrolledWindowsDevice(server, server.tenant, { serialNumber: 'SN-GONE' });
    const others = allPermissions.filter((permission) => permission !== 'windows.device.command');
    const token = await server.addToken(server.tenant, others);
    const url = `${urlOf(own)}/commands`;
    const body = { action: 'restart' };
    expect((await server.send({ method: 'POST', url, token, body })).status).toBe(403);
    await own.leave();
    expect((await give(body, own)).status).toBe(404);
    expect((await give({ action: 'sync' }, own)).status).toBe(400);
  });
});

test('the inventory and the timeline tell of a PC, too', async () => {
  const own = await enrolledWindowsDevice(server, server.tenant, { name: 'PC-9' });
  await server.change(server.tenant, (context) =>
    saveInventory(context, own.device.id, 'device', { './DevDetail/SwV': '10.0.26200.1' }),
  );
  const inventory = await server.send({ url: `${urlOf(own)}/inventory` });
  expect(inventory.json.parts).toMatchObject([
    { part: 'device', content: { './DevDetail/SwV': '10.0.26200.1' } },
  ]);
  server.advance(1_000);
  await give({ action: 'restart' }, own);
  const { items } = (await server.send({ url: `${urlOf(own)}/timeline` })).json;
  const titles = items.map(({ title }: { title: string }) => title);
  expect(titles).toContain("The command 'RebootNow' waits until the device calls.");
  expect(titles).toContain('The PC enrolled.');
  expect(titles.some((title: string) => title.endsWith("gave the device the command 'RebootNow'."))).toBe(
    true,
  );
});
