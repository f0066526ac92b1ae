import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  enrolledAppleDevice,
  type EnrolledAppleDevice,
} from '../../../../test/support/enrolled-apple-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { finishCommand, lockWaitingCommands, markSent, putOff } from '../../../devices/commands/index.ts';
import { createDevice, type Device } from '../../../devices/index.ts';
import { hexOfId, parseHexId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
let mac: EnrolledAppleDevice;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'orchard');
  mac = await enrolledAppleDevice(server, own.tenant, {
    os: 'macOS',
    osVersion: '26.1',
    serialNumber: 'C02MAC',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const urlOf = ({ id }: Device) => `/apple/enterprise/commands/device/${hexOfId(id)}`;
const give = (body: unknown, device = mac.device) => own.send(urlOf(device), { method: 'POST', body });
const list = async (query = '', device = mac.device) =>
  (await own.send(`${urlOf(device)}${query}`)).json.data;

test("Apple's own command is queued, its device woken, and what becomes of it is told", async () => {
  const { device, identity } = await enrolledAppleDevice(server, own.tenant, { os: 'macOS' });
  const createdAt = server.now().toISOString();
  const given = await give({ RequestType: 'DeviceLock', PIN: '123456', Message: 'Lost' }, device);
  expect(given.json).toEqual({
    status: true,
    data: {
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      organizationId: own.tenant.hexId,
      admDevice: hexOfId(device.id),
      name: 'DeviceLock',
      state: 'QUEUED',
      requestedBy: 'all',
      createdAt,
    },
  });
  const woken: unknown[] = [];
  await server.runJobs({ 'devices.wakeApple': async (payload) => void woken.push(payload) });
  expect(woken).toEqual([{ organization: 'orchard' }]);
  const [event] = await own.change((context) =>
    listAuditEvents(context, { targetType: 'appleDevice', targetId: device.id, limit: 1 }),
  );
  expect(event).toMatchObject({
    action: 'apple.device.command',
    after: { commandId: given.json.data.id, command: 'DeviceLock' },
  });

  const waiting = await own.change((context) => lockWaitingCommands(context, device.id, identity.id));
  expect(waiting).toMatchObject([
    { type: 'DeviceLock', body: { arguments: { PIN: '123456', Message: 'Lost' } } },
  ]);
  const id = parseHexId(given.json.data.id)!;
  server.advance(1_000);
  const sentAt = server.now().toISOString();
  await own.change(async (context) => {
    await markSent(context, id);
    await putOff(context, id);
  });
  expect((await list('', device)).items).toMatchObject([{ state: 'NOT_NOW', sentAt, notNowSince: sentAt }]);
  await own.change((context) =>
    finishCommand(context, id, {
      state: 'error',
      answer: { MessageResult: 'x' },
      error: 'It has no screen.',
    }),
  );
  const { items } = await list('', device);
  expect(items).toEqual([
    {
      ...given.json.data,
      state: 'ERROR',
      sentAt,
      notNowSince: sentAt,
      finishedAt: sentAt,
      answer: { MessageResult: 'x' },
      error: 'It has no screen.',
    },
  ]);
  expect(JSON.stringify(items)).not.toContain('123456');
});

test('commands are listed newest first, in pages, and only those of the device', async () => {
  const { device } = await enrolledAppleDevice(server, own.tenant, { os: 'macOS' });
  for (const RequestType of ['RestartDevice', 'ShutDownDevice', 'DeviceInformation']) {
    const queries = RequestType === 'DeviceInformation' && { Queries: ['OSVersion'] };
    expect((await give({ RequestType, ...queries }, device)).status).toBe(200);
    server.advance(1_000);
  }
  const names = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name);
  expect(names(await list('', device))).toEqual(['DeviceInformation', 'ShutDownDevice', 'RestartDevice']);
  expect(names(await list('?sort=createdAt:asc', device))).toEqual([
    'RestartDevice',
    'ShutDownDevice',
    'DeviceInformation',
  ]);
  const page = await list('?limit=2&page=2', device);
  expect(names(page)).toEqual(['RestartDevice']);
  expect(page).toMatchObject({ totalDocs: 3, totalPages: 2, hasNextPage: false, prevPage: 1 });
});

test('a command that is not known here goes as it is, also as the Command of an object', async () => {
  for (const body of [
    { RequestType: 'EnableRemoteDesktop' },
    {
      CommandUUID: 'ignored',
      Command: { RequestType: 'Settings', Settings: [{ Item: 'Bluetooth', Enabled: true }] },
    },
  ]) {
    expect(await give(body), JSON.stringify(body)).toMatchObject({
      status: 200,
      json: { data: { state: 'QUEUED' } },
    });
  }
});

describe('is refused, and nothing is queued:', () => {
  const enrolment = () => `muster.${own.tenant.hexId}.enrollment`;
  const cases: [string, () => unknown, string, RegExp][] = [
    ['a body without RequestType', () => ({ PIN: '123456' }), 'RequestType', /name of a command/],
    [
      'a RequestType that is no name',
      () => ({ RequestType: 'rm -rf /' }),
      'RequestType',
      /name of a command/,
    ],
    ['a RequestType that is no text', () => ({ RequestType: 7 }), 'RequestType', /string/],
    ['a wrong argument', () => ({ RequestType: 'DeviceLock', PIN: '12' }), 'PIN', /^must be six digits$/],
    ['an unknown argument', () => ({ RequestType: 'RestartDevice', Fast: true }), 'Fast', /not a known/],
    ['a Mac to be wiped without PIN', () => ({ RequestType: 'EraseDevice' }), 'PIN', /is required/],
    [
      'what the system does not know',
      () => ({ RequestType: 'ClearPasscode' }),
      'RequestType',
      /macOS does not know/,
    ],
    [
      'the removal of the enrolment',
      () => ({ RequestType: 'RemoveProfile', Identifier: enrolment() }),
      'Identifier',
      /nobody manages the device/,
    ],
    ['the declarations', () => ({ RequestType: 'DeclarativeManagement' }), 'RequestType', /by itself/],
    ['null in an unknown command', () => ({ RequestType: 'Unknown', A: null }), 'A', /null/],
  ];
  test.each(cases)('%s', async (_, body, path, message) => {
    const { totalDocs } = await list();
    const answer = await give(body());
    expect(answer.status, answer.text).toBe(400);
    const { code, details } = answer.json.error;
    expect(code).toBe(5209);
    expect(details[0].path).toBe(path);
    expect(details[0].message).toMatch(message);
    expect((await list()).totalDocs).toBe(totalDocs);
  });

  test('no body, no object, too large a body', async () => {
    const { totalDocs } = await list();
    expect((await give('')).status).toBe(400);
    expect((await give([])).status).toBe(400);
    expect((await give('"RestartDevice"')).status).toBe(400);
    const large = await give({ RequestType: 'InstallProfile', Payload: 'A'.repeat(5 * 1024 * 1024) });
    expect(large).toMatchObject({ status: 413, json: { status: false, error: { code: 4130 } } });
    expect((await list()).totalDocs).toBe(totalDocs);
  });

  test('what only Windows devices, strangers or nobody could take', async () => {
    const windows = await own.device({ serialNumber: 'PC1' });
    const other = await windowsOrganization(server, 'other');
    const restart = { RequestType: 'RestartDevice' };
    expect((await give(restart, windows)).status).toBe(404);
    for (const key of ['PC1', '507f1f77bcf86cd799439011']) {
      const url = `/apple/enterprise/commands/device/${key}`;
      expect((await own.send(url, { method: 'POST', body: restart })).status).toBe(404);
      expect((await own.send(url)).status).toBe(404);
    }
    const stranger = await other.send(urlOf(mac.device), { method: 'POST', body: restart });
    expect(stranger.status).toBe(404);
  });

  test('a command to a device that never enrolled, or has left', async () => {
    const never = await own.change((context) =>
      createDevice(context, { platform: 'apple', displayName: 'Never' }),
    );
    const refused = await give({ RequestType: 'RestartDevice' }, never);
    expect(refused.status).toBe(400);
    expect(refused.json.error.details[0].message).toMatch(/'Never' is not enrolled/);
    const { device, leave } = await enrolledAppleDevice(server, own.tenant);
    await give({ RequestType: 'RestartDevice' }, device);
    await leave();
    expect((await give({ RequestType: 'RestartDevice' }, device)).status).toBe(404);
    expect((await list('', device)).items).toMatchObject([
      { state: 'CANCELED', error: 'The device left the management.' },
    ]);
  });

  test('a command by somebody who may only read', async () => {
    const token = await server.addToken(own.tenant, ['apple.device.read', 'apple.device.update']);
    const body = { RequestType: 'RestartDevice' };
    const answer = await own.send(urlOf(mac.device), { method: 'POST', body, token });
    expect(answer.status).toBe(403);
    expect(answer.json.error).toMatchObject({ code: 4001 });
    expect(answer.json.error.details[0].message).toContain('mdm.apple.command.create');
  });
});
