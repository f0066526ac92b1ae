import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  enrolledAppleDevice,
  type EnrolledAppleDevice,
} from '../../../../test/support/enrolled-apple-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { finishCommand, lockWaitingCommands, markSent, putOff } from '../../../devices/commands/index.ts';
import { createDevice, type Device, type Platform } from '../../../devices/index.ts';
import { channelsOfDevices, recordWakes } from '../../../devices/apple-channels/index.ts';
import { recordEvents } from '../../../devices/events/index.ts';
import { saveInventory } from '../../../devices/inventory/index.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';

let server: TestServer;
let mac: EnrolledAppleDevice;
let phone: EnrolledAppleDevice;
beforeAll(async () => {
  server = await testServer();
  const { tenant } = server;
  mac = await enrolledAppleDevice(server, tenant, { os: 'macOS', osVersion: '26.1', serialNumber: 'C02MAC' });
  phone = await enrolledAppleDevice(server, tenant, { os: 'iOS', osVersion: '26.1', supervised: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const base = '/api/v1/organizations/default/devices';
const urlOf = ({ id }: { id: string }) => `${base}/${id}/commands`;
const give = (body: unknown, { device } = mac) => server.send({ method: 'POST', url: urlOf(device), body });
const get = (url: string) => server.send({ url });
const waitingOf = ({ device, identity }: EnrolledAppleDevice) =>
  server.change(server.tenant, (context) => lockWaitingCommands(context, device.id, identity.id));
const newDevice = (platform: Platform, displayName: string) =>
  server.change(server.tenant, (context) => createDevice(context, { platform, displayName }));
const wakeJobs = async () => {
  const woken: unknown[] = [];
  await server.runJobs({ 'devices.wakeApple': async (payload) => void woken.push(payload) });
  return woken;
};

test('an action becomes a command of the platform, and its device is woken', async () => {
  const bodies = [
    [{ action: 'wipe', keepDataPlan: true }, 'EraseDevice', { PreserveDataPlan: true }],
    [
      { action: 'lock', message: 'Lost', phoneNumber: '1' },
      'DeviceLock',
      { Message: 'Lost', PhoneNumber: '1' },
    ],
    [{ action: 'restart' }, 'RestartDevice', {}],
    [{ action: 'shutDown' }, 'ShutDownDevice', {}],
    [
      { command: { RequestType: 'DeviceInformation', Queries: ['UDID'] } },
      'DeviceInformation',
      { Queries: ['UDID'] },
    ],
  ] as const;
  for (const [body, type, given] of bodies) {
    const answer = await give(body, phone);
    expect(answer, JSON.stringify(body)).toMatchObject({
      status: 201,
      json: {
        type,
        state: 'queued',
        requestedBy: expect.any(String),
        finishedAt: null,
        answer: null,
        error: null,
      },
    });
    expect(await wakeJobs()).toEqual([{ organization: 'default' }]);
    const waiting = await waitingOf(phone);
    expect(waiting.find(({ id }) => id === answer.json.id)).toMatchObject({
      type,
      body: { arguments: given },
    });
    expect((await get(String(answer.headers['location']))).json).toEqual(answer.json);
  }
  // What protects a lost device goes first.
  expect((await waitingOf(phone)).map(({ type }) => type)).toEqual([
    'EraseDevice',
    'DeviceLock',
    'RestartDevice',
    'ShutDownDevice',
    'DeviceInformation',
  ]);
});

test('commands are listed newest first, in pages, for whichever name of the device', async () => {
  const { device } = await enrolledAppleDevice(server, server.tenant, { serialNumber: 'C02LIST' });
  const ids: string[] = [];
  for (const action of ['restart', 'shutDown', 'restart']) {
    const answer = await server.send({ method: 'POST', url: urlOf(device), body: { action } });
    ids.unshift(answer.json.id);
  }
  const idsOf = (json: { items: { id: string }[] }) => json.items.map(({ id }) => id);
  const { json } = await get(urlOf(device));
  expect(idsOf(json)).toEqual(ids);
  expect(idsOf((await get(`${base}/C02LIST/commands`)).json)).toEqual(ids);
  expect(idsOf((await get(`${base}/${hexOfId(device.id)}/commands`)).json)).toEqual(ids);
  const first = (await get(`${urlOf(device)}?limit=2`)).json;
  expect(idsOf(first)).toEqual(ids.slice(0, 2));
  const second = (await get(`${urlOf(device)}?limit=2&after=${first.next}`)).json;
  expect(second).toMatchObject({ items: [{ id: ids[2] }], next: null });
  // Of another device it is not there.
  expect((await get(`${urlOf(mac.device)}/${ids[0]}`)).status).toBe(404);
});

test('sync is no command: the device is woken to tell its inventory', async () => {
  const { total } = await countOf(mac.device);
  expect((await give({ action: 'sync' })).status).toBe(204);
  expect(await wakeJobs()).toEqual([{ organization: 'default' }]);
  expect((await countOf(mac.device)).total).toBe(total);
});

const countOf = async (device: Device) => ({ total: (await get(urlOf(device))).json.items.length });

describe('is refused, and nothing is queued:', () => {
  const cases: [string, unknown, string, RegExp][] = [
    ['nothing', {}, 'action', /required/],
    ['two things', { action: 'restart', command: { RequestType: 'RestartDevice' } }, 'action', /not both/],
    ['an unknown action', { action: 'explode' }, 'action', /wipe.*sync/],
    ['an unknown property', { action: 'restart', soon: true }, 'soon', /not a known/],
    [
      'what belongs to another action',
      { action: 'restart', pin: '123456' },
      'pin',
      /does not belong to 'restart'/,
    ],
    ['what is needed and not there', { action: 'rename' }, 'name', /required for 'rename'/],
    ['what Apple devices do not know', { action: 'rename', name: 'Mac' }, 'rename', /Apple devices cannot/],
    ['a wish of Windows', { action: 'wipe', pin: '123456', keep: 'userData' }, 'keep', /do not know 'keep'/],
    ['a PIN that is none', { action: 'lock', pin: 'secret' }, 'pin', /./],
    ['a Mac without its PIN', { action: 'wipe' }, 'pin', /is required/],
    ['a command without RequestType', { command: {} }, 'RequestType', /name of a command/],
    ['a command that is a list', { command: [] }, 'command', /object/],
  ];
  test.each(cases)('%s', async (_, body, path, message) => {
    const before = await countOf(mac.device);
    const answer = await give(body);
    expect(answer, answer.text).toMatchObject({ status: 400, json: { violations: [{ path }] } });
    expect(answer.json.violations[0].message).toMatch(message);
    expect(await countOf(mac.device)).toEqual(before);
  });

  test('a device that never enrolled, and one that is not there', async () => {
    const never = [await newDevice('apple', 'Never'), await newDevice('windows', 'Never')];
    const post = (id: string, body: object) => server.send({ method: 'POST', url: urlOf({ id }), body });
    expect((await post('507f1f77bcf86cd799439011', { action: 'restart' })).status).toBe(404);
    for (const [{ id }, action] of never.flatMap((device) =>
      ['restart', 'sync'].map((name) => [device, name] as const),
    )) {
      expect(await post(id, { action })).toMatchObject({
        status: 400,
        json: { detail: expect.stringContaining("'Never' is not enrolled") },
      });
    }
    expect(await wakeJobs()).toEqual([]);
  });
});

test('the inventory is told part by part, with when it was told', async () => {
  const { device } = await enrolledAppleDevice(server, server.tenant);
  const url = `${base}/${device.id}/inventory`;
  expect((await get(url)).json).toEqual({ parts: [] });
  const first = server.now().toISOString();
  await server.change(server.tenant, (context) =>
    saveInventory(context, device.id, 'security', { SecurityInfo: { PasscodePresent: true } }),
  );
  server.advance(1_000);
  await server.change(server.tenant, (context) =>
    saveInventory(context, device.id, 'device', { QueryResponses: { UDID: 'A' } }),
  );
  expect((await get(url)).json).toEqual({
    parts: [
      { part: 'device', reportedAt: server.now().toISOString(), content: { QueryResponses: { UDID: 'A' } } },
      { part: 'security', reportedAt: first, content: { SecurityInfo: { PasscodePresent: true } } },
    ],
  });
});

test('the timeline tells commands, what the device did, and how it was woken', async () => {
  const enrolled = await enrolledAppleDevice(server, server.tenant, { os: 'macOS' });
  const { device, identity } = enrolled;
  const timeline = async (query = '') => (await get(`${base}/${device.id}/timeline${query}`)).json;
  const outlineOf = (items: { kind: string; title: string }[]) =>
    items.map(({ kind, title }) => [kind, title.replace(/^\S+ (gave|added)/, 'X $1')]);
  const step = () => server.advance(1_000);
  step();
  const id: Id = (await give({ action: 'restart' }, enrolled)).json.id;
  const commandTitle = async () => {
    const { items } = await timeline();
    return items.find(({ kind }: { kind: string }) => kind === 'command').title;
  };
  expect(await commandTitle()).toBe("The command 'RestartDevice' waits until the device calls.");
  step();
  const wokenAt = server.now();
  await server.change(server.tenant, async (context) => {
    const channel = (await channelsOfDevices(context, [device.id])).get(device.id)!;
    await recordWakes(context, [
      {
        id: identity.id,
        purpose: 'command',
        tokenUpdatedAt: channel.token_updated_at!,
        dueAt: null,
        outcome: { result: 'later', message: "Apple's push service is busy." },
      },
    ]);
  });
  step();
  await server.change(server.tenant, (context) => markSent(context, id));
  expect(await commandTitle()).toBe(
    "The command 'RestartDevice' was sent, and the device has not answered yet.",
  );
  const since = server.now().toISOString();
  await server.change(server.tenant, (context) => putOff(context, id));
  expect(await commandTitle()).toBe(`The command 'RestartDevice' is put off by the device since ${since}.`);
  step();
  await server.change(server.tenant, async (context) => {
    await finishCommand(context, id, { state: 'error', answer: null, error: 'The lid is closed.' });
    await recordEvents(context, device.id, [{ title: 'The device refused it.', details: { commandId: id } }]);
  });
  const { items, next } = await timeline();
  expect(next).toBe(null);
  expect(outlineOf(items)).toEqual([
    ['event', 'The device refused it.'],
    ['wake', "The device could not be woken; that is tried again: Apple's push service is busy."],
    ['change', "X gave the device the command 'RestartDevice'."],
    ['command', "The command 'RestartDevice' was refused by the device: The lid is closed."],
    ['event', 'The device enrolled.'],
    ['event', 'The device asks to enrol.'],
    ['change', 'X added the device.'],
    ['state', 'The device became active.'],
    ['state', 'The device is being set up.'],
  ]);
  expect(items[1]).toMatchObject({ at: wokenAt.toISOString(), actor: null, details: { result: 'later' } });
  expect(items[3].details).toEqual({
    commandId: id,
    command: 'RestartDevice',
    state: 'error',
    sentAt: since,
    notNowSince: since,
    finishedAt: server.now().toISOString(),
    error: 'The lid is closed.',
  });
  const walked: object[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page = await timeline(`?limit=2${after && `&after=${after}`}`);
    walked.push(...page.items);
    after = page.next;
  }
  expect(walked).toEqual(items);

  server.takeStatements();
  await timeline();
  const before = server.takeStatements().length;
  for (let round = 0; round < 5; round++) await give({ action: 'restart' }, enrolled);
  server.takeStatements();
  await timeline();
  expect(server.takeStatements()).toHaveLength(before);
});
