import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  enrolledWindowsDevice,
  type EnrolledWindowsDevice,
} from '../../../../test/support/enrolled-windows-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { finishCommand, lockWaitingCommands, markSent } from '../../../devices/commands/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
let pc: EnrolledWindowsDevice;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'orchard');
  pc = await enrolledWindowsDevice(server, own.tenant, { name: 'PC-1', serialNumber: 'SN1' });
});
afterAll(() => server[Symbol.asyncDispose]());

const urlOf = ({ device: { id } }: EnrolledWindowsDevice) => `/windows/enterprise/devices/${hexOfId(id)}`;
const post = (what: string, body: unknown, to = pc, headers = {}) =>
  own.send(`${urlOf(to)}/${what}`, { method: 'POST', body, headers });
const give = (...configs: readonly object[]) =>
  post('commands', { commands: configs.map((config) => ({ config })) });
const waitingOf = ({ device }: EnrolledWindowsDevice) =>
  own.change((context) => lockWaitingCommands(context, device.id, 'device', 'user'));
const allowStore = './Vendor/MSFT/Policy/Config/ApplicationManagement/AllowStore';

test('raw commands that are given together are one command, and what becomes of it is told', async () => {
  const to = await enrolledWindowsDevice(server, own.tenant);
  const given = await post(
    'commands',
    {
      commands: [
        { config: { path: allowStore, action: 'Replace', value: '0', format: 'int' } },
        { config: { path: allowStore, action: 'Get' } },
      ],
    },
    to,
  );
  expect(given.json).toEqual({
    status: true,
    data: {
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      organizationId: own.tenant.hexId,
      winDevice: hexOfId(to.device.id),
      name: `Replace ${allowStore} and 1 more`,
      state: 'QUEUED',
      requestedBy: 'all',
      createdAt: server.now().toISOString(),
    },
  });
  const [waiting] = await waitingOf(to);
  expect(waiting!.body).toEqual({
    commands: [
      { verb: 'Replace', locUri: allowStore, value: { format: 'int', data: '0' } },
      { verb: 'Get', locUri: allowStore },
    ],
  });
  const list = async () => (await own.send(`${urlOf(to)}/commands`)).json.data;
  expect(await list()).toMatchObject({ items: [given.json.data], totalDocs: 1 });
  await own.change((context) => markSent(context, waiting!.id));
  expect((await list()).items[0]).toMatchObject({ state: 'SENT' });
  const answer = { results: [{ verb: 'Get', status: 404 }] };
  await own.change((context) =>
    finishCommand(context, waiting!.id, { state: 'error', answer, error: 'No such node.' }),
  );
  expect((await list()).items[0]).toMatchObject({ state: 'ERROR', answer, error: 'No such node.' });
  const [event] = await own.change((context) =>
    listAuditEvents(context, { targetType: 'windowsDevice', targetId: to.device.id, limit: 1 }),
  );
  expect(event).toMatchObject({ action: 'windows.device.command', after: { commandId: given.json.data.id } });
});

test.each([
  [{ entity: 'command', action: 'wipe' }, 'RemoteWipe', 'doWipe'],
  [{ entity: 'command', action: 'wipe', type: 'default' }, 'RemoteWipe', 'doWipe'],
  [{ entity: 'command', action: 'wipe', type: 'protected' }, 'RemoteWipe', 'doWipeProtected'],
  [{ entity: 'command', action: 'reboot' }, 'RebootNow', 'RebootNow'],
])('the action %j', async (body, name, node) => {
  const to = await enrolledWindowsDevice(server, own.tenant);
  const answer = await post('action', body, to);
  expect(answer.json.data).toMatchObject({ name, state: 'QUEUED' });
  const [waiting] = await waitingOf(to);
  expect(waiting!.body).toMatchObject({
    commands: [{ verb: 'Exec', locUri: expect.stringMatching(new RegExp(`/${node}$`)) }],
  });
});

test('what a device shall tell again is noted on it', async () => {
  const to = await enrolledWindowsDevice(server, own.tenant);
  const first = await post('info', { info: ['hardware'] }, to);
  expect(first.json.data).toMatchObject({ type: 'windows', refreshInfoNeeded: ['hardware'] });
  await post('info', { info: ['certificates', 'hardware'] }, to);
  expect((await to.read()).refreshInfoNeeded).toEqual(['certificates', 'hardware']);
  expect((await own.send(urlOf(to))).json.data.refreshInfoNeeded).toEqual(['certificates', 'hardware']);
  expect(await waitingOf(to)).toEqual([]);
  const events = await own.change((context) =>
    listAuditEvents(context, { targetType: 'windowsDevice', targetId: to.device.id, limit: 2 }),
  );
  expect(events.map(({ after }) => after)).toContainEqual({ command: 'info', info: ['hardware'] });
});

test('an enrolled device is told to leave; asked again, it is removed at once', async () => {
  const to = await enrolledWindowsDevice(server, own.tenant);
  const remove = () => own.send(urlOf(to), { method: 'DELETE' });
  expect((await remove()).json.data).toEqual({ delete: true, state: 'DELETE_REQUESTED' });
  expect((await to.read()).stateHistory.at(-1)).toMatchObject({ state: 'DELETE_REQUESTED' });
  await post('action', { entity: 'command', action: 'reboot' }, to);
  expect((await remove()).json.data).toEqual({ delete: true, state: 'DELETED' });
  expect(await waitingOf(to)).toEqual([]);
  expect((await remove()).status).toBe(404);
});

describe('is refused, and nothing is queued:', () => {
  const command = { path: allowStore, action: 'Get' };
  test.each<[string, unknown, string]>([
    ['commands', {}, 'commands'],
    ['commands', { commands: [] }, 'commands'],
    ['commands', { commands: {} }, 'commands'],
    ['commands', { commands: [command] }, 'commands[0].config'],
    ['commands', { commands: [{ config: {} }] }, 'commands[0].config.path'],
    ['commands', { commands: [{ config: { ...command, action: 'Explode' } }] }, 'commands[0].config.action'],
    ['commands', { commands: [{ config: { ...command, action: 'Copy' } }] }, 'commands[0].config.action'],
    ['commands', { commands: [{ config: { ...command, value: 1 } }] }, 'commands[0].config.value'],
    ['commands', { commands: [{ config: { ...command, format: 'text' } }] }, 'commands[0].config.format'],
    ['commands', { commands: [{ config: { ...command, path: 'x' } }] }, 'commands[0].config.path'],
    [
      'commands',
      { commands: [{ config: { path: './SyncML/DMAcc', action: 'Delete' } }] },
      'commands[0].config.path',
    ],
    [
      'commands',
      { commands: [{ config: { ...command, path: `./${'x'.repeat(500)}` } }] },
      'commands[0].config.path',
    ],
    ['action', {}, 'entity'],
    ['action', { entity: 'device', action: 'wipe' }, 'entity'],
    ['action', { entity: 'command' }, 'action'],
    ['action', { entity: 'command', action: 'explode' }, 'action'],
    ['action', { entity: 'command', action: 5 }, 'action'],
    ['action', { entity: 'command', action: 'wipe', type: 'thorough' }, 'type'],
    ['action', { entity: 'command', action: 'reboot', type: 'protected' }, 'type'],
    ['action', { entity: 'command', action: 'wipe', id: '0'.repeat(24) }, 'id'],
    ['info', {}, 'info'],
    ['info', { info: [] }, 'info'],
    ['info', { info: ['everything'] }, 'info[0]'],
    ['info', { info: 'hardware' }, 'info'],
  ])('%s with %j', async (what, body, path) => {
    const answer = await post(what, body);
    expect(answer.status, answer.text).toBe(400);
    expect(answer.text).toContain(path);
    expect(await waitingOf(pc)).toEqual([]);
    expect((await pc.read()).refreshInfoNeeded).toEqual([]);
  });

  test.each([
    ['commands', { commands: [{ config: command }] }],
    ['action', { entity: 'command', action: 'reboot' }],
    ['info', { info: ['hardware'] }],
  ])(
    '%s for a device that is not enrolled, deleted, not there, foreign or changed meanwhile',
    async (what, body) => {
      const never = await own.device({ displayName: 'Never' });
      const at = (id: string) =>
        own.send(`/windows/enterprise/devices/${id}/${what}`, { method: 'POST', body });
      const refused = await at(hexOfId(never.id));
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining("'Never' is not enrolled"),
      ]);
      const gone = await enrolledWindowsDevice(server, own.tenant);
      await gone.leave();
      const foreign = await enrolledWindowsDevice(server, server.tenant);
      for (const { device } of [gone, foreign]) expect((await at(hexOfId(device.id))).status).toBe(404);
      expect((await at('nothing')).status).toBe(404);
      expect((await post(what, body, pc, { 'if-match': '"0"' })).status).toBe(412);
      expect(await waitingOf(foreign)).toEqual([]);
    },
  );

  test.each<[string, (id: string) => object, string]>([
    ['no id', () => ({ action: 'install' }), 'id'],
    ['another id', () => ({ action: 'install', id: '0'.repeat(24) }), 'is not an application'],
    ['a text', () => ({ action: 'install', id: 'x' }), 'id'],
    ['an unknown action', (id) => ({ action: 'update', id }), 'install'],
    ['an application of the store', (id) => ({ action: 'install', id }), 'uploaded MSI packages only'],
  ])('an application with %s', async (_, body, message) => {
    const { id } = await own.application('9WZDNCRFJ3TJ');
    const answer = await post('action', { entity: 'application', ...body(hexOfId(id)) });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(message)]);
    expect(await waitingOf(pc)).toEqual([]);
  });
});

test('lists come in pages, newest first', async () => {
  const to = await enrolledWindowsDevice(server, own.tenant);
  for (const value of ['1', '2', '3']) {
    server.advance(1_000);
    await post('commands', { commands: [{ config: { path: `./DevInfo/${value}`, action: 'Get' } }] }, to);
  }
  const names = async (query: string) =>
    (await own.send(`${urlOf(to)}/commands${query}`)).json.data.items.map(
      ({ name }: { name: string }) => name,
    );
  expect(await names('')).toEqual(['Get ./DevInfo/3', 'Get ./DevInfo/2', 'Get ./DevInfo/1']);
  expect(await names('?limit=1&page=2')).toEqual(['Get ./DevInfo/2']);
  expect(await names('?sort=createdAt:asc&limit=1')).toEqual(['Get ./DevInfo/1']);
  expect(await give({ path: './DevInfo/Man', action: 'Get' })).toMatchObject({ status: 200 });
});
