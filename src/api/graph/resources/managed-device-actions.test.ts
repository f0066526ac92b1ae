import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enrolAppleDevice } from '../../../../test/support/enrolled-apple-device.ts';
import { testServer, type Tenant, type TestServer } from '../../../../test/support/server.ts';
import { checkOut, channelsOfDevices, lockChannel } from '../../../devices/apple-channels/index.ts';
import { finishCommand, lockWaitingCommands, markSent, putOff } from '../../../devices/commands/index.ts';
import { createDevice } from '../../../devices/index.ts';
import type { ReportedFacts } from '../../../devices/index.ts';
import { allPermissions, listAuditEvents, operatorScope } from '../../../tenancy/index.ts';

type Enrolled = Awaited<ReturnType<typeof enrolAppleDevice>>;

let server: TestServer;
let tenant: Tenant;
let count = 0;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  tenant = await server.addTenant(`actions-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

const macFacts: ReportedFacts = { name: 'Mac', os: 'macOS', osVersion: '15.1', serialNumber: 'C02MAC' };
const phoneFacts: ReportedFacts = { name: 'iPhone', os: 'iOS', osVersion: '18.0', supervised: true };
const enrol = (told: ReportedFacts) => enrolAppleDevice(server, tenant, { told });
const root = (version = 'v1.0') => `/${version}/deviceManagement/managedDevices`;
const act = (id: string, action: string, body?: unknown, version = 'v1.0') =>
  server.send({
    method: 'POST',
    url: `${root(version)}/${id}/${action}`,
    token: tenant.token,
    ...(body !== undefined && { body }),
  });
const read = async (id: string, version = 'beta', token = tenant.token) => {
  const answer = await server.send({ url: `${root(version)}/${id}`, token });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};
const waiting = ({ id, channel }: Enrolled) =>
  server.change(tenant, async (context) =>
    (await lockWaitingCommands(context, id, channel)).map(({ type, body }) => ({ type, body })),
  );
const messageOf = (answer: { json: { error: { details: { message: string }[] } } }) =>
  answer.json.error.details[0]!.message;

describe.each(['v1.0', 'beta'])('in %s', (version) => {
  test('a Mac is locked with a PIN that those are told who may give commands', async () => {
    const mac = await enrol(macFacts);
    const answer = await act(mac.id, 'remoteLock', undefined, version);
    expect([answer.status, answer.text]).toEqual([204, '']);
    const [command] = await waiting(mac);
    expect(command).toEqual({
      type: 'DeviceLock',
      body: { arguments: { PIN: expect.stringMatching(/^[0-9]{6}$/) } },
    });
    const result = {
      '@odata.type': '#microsoft.graph.remoteLockActionResult',
      actionName: 'remoteLock',
      actionState: 'pending',
      startDateTime: '2026-03-01T12:00:00.0000000Z',
      lastUpdatedDateTime: '2026-03-01T12:00:00.0000000Z',
    };
    const { PIN: unlockPin } = command!.body['arguments'] as { PIN: string };
    expect((await read(mac.id, version)).deviceActionResults).toEqual([{ ...result, unlockPin }]);
    const reader = await server.addToken(
      tenant,
      allPermissions.filter((permission) => permission !== 'apple.device.command'),
    );
    expect((await read(mac.id, version, reader)).deviceActionResults).toEqual([
      { ...result, unlockPin: null },
    ]);
    const list = await server.send({ url: root(version), token: tenant.token });
    expect(list.json.value[0].deviceActionResults).toEqual([{ ...result, unlockPin: null }]);
    const context = { db: server.database, scope: operatorScope(tenant.organization, 'test') };
    const events = await listAuditEvents(context, { targetType: 'appleDevice', limit: 10 });
    expect(events.filter(({ action }) => action === 'apple.device.readPin')).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain(unlockPin);
  });

  test('a Mac is wiped with the PIN that was given, or else with one of its own', async () => {
    const mac = await enrol(macFacts);
    const body = { macOsUnlockCode: '012345', keepUserData: false, keepEnrollmentData: null };
    expect((await act(mac.id, 'wipe', body, version)).status).toBe(204);
    expect(await waiting(mac)).toEqual([{ type: 'EraseDevice', body: { arguments: { PIN: '012345' } } }]);
    expect((await read(mac.id, version)).deviceActionResults).toMatchObject([
      { actionName: 'wipe', unlockPin: '012345' },
    ]);
    expect((await act(mac.id, 'wipe', undefined, version)).status).toBe(204);
    const [, second] = await waiting(mac);
    const { PIN: unlockPin } = second!.body['arguments'] as { PIN: string };
    expect(unlockPin).toMatch(/^[0-9]{6}$/);
    expect((await read(mac.id, version)).deviceActionResults).toMatchObject([
      { actionName: 'wipe', unlockPin },
    ]);
  });

  test('an iPhone takes no PIN, and may keep the plan of its eSIM', async () => {
    const phone = await enrol(phoneFacts);
    for (const [action, body] of [
      ['rebootNow', {}],
      ['shutDown', undefined],
      ['remoteLock', undefined],
      ['wipe', { persistEsimDataPlan: true, macOsUnlockCode: '123456' }],
    ] as const) {
      expect((await act(phone.id, action, body, version)).status, action).toBe(204);
    }
    expect(await waiting(phone)).toEqual([
      { type: 'DeviceLock', body: { arguments: {} } },
      { type: 'EraseDevice', body: { arguments: { PreserveDataPlan: true } } },
      { type: 'RestartDevice', body: { arguments: {} } },
      { type: 'ShutDownDevice', body: { arguments: {} } },
    ]);
    const { deviceActionResults } = await read(phone.id, version);
    expect(deviceActionResults.map(({ actionName }: { actionName: string }) => actionName)).toEqual([
      'rebootNow',
      'shutDown',
      'remoteLock',
      'wipe',
    ]);
    expect(deviceActionResults[3]).not.toHaveProperty('unlockPin');
  });
});

test('what became of an action is told by its newest command', async () => {
  const phone = await enrol(phoneFacts);
  const resultOf = async () => (await read(phone.id)).deviceActionResults;
  await act(phone.id, 'rebootNow');
  const [first] = await server.change(tenant, (context) =>
    lockWaitingCommands(context, phone.id, phone.channel),
  );
  const after = (work: (context: Parameters<typeof markSent>[0]) => Promise<void>) => {
    server.advance(60_000);
    return server.change(tenant, work);
  };
  await after((context) => markSent(context, first!.id));
  expect(await resultOf()).toMatchObject([
    { actionState: 'active', lastUpdatedDateTime: server.now().toISOString().replace('000Z', '0000000Z') },
  ]);
  await after((context) => putOff(context, first!.id));
  expect(await resultOf()).toMatchObject([{ actionState: 'pending' }]);
  const failed = { state: 'error', answer: null, error: 'It cannot.' } as const;
  await after((context) => finishCommand(context, first!.id, failed));
  expect(await resultOf()).toMatchObject([{ actionName: 'rebootNow', actionState: 'failed' }]);
  await act(phone.id, 'rebootNow');
  expect(await resultOf()).toMatchObject([{ actionName: 'rebootNow', actionState: 'pending' }]);
});

test('a device is synchronized by telling its inventory at its next call', async () => {
  const mac = await enrol(macFacts);
  server.advance(3_600_000);
  expect((await act(mac.id, 'syncDevice')).status).toBe(204);
  const context = { db: server.database, scope: operatorScope(tenant.organization, 'test') };
  const channel = (await channelsOfDevices(context, [mac.id])).get(mac.id);
  expect(channel).toMatchObject({ report_due_at: server.now(), report_part: 0 });
});

test('a device that is retired waits to be told so, once', async () => {
  const mac = await enrol(macFacts);
  expect((await act(mac.id, 'retire')).status).toBe(204);
  server.advance(60_000);
  expect((await act(mac.id, 'retire')).status).toBe(204);
  expect(await read(mac.id)).toMatchObject({
    managementState: 'retirePending',
    deviceActionResults: [{ actionName: 'retire', actionState: 'pending' }],
  });
  const context = { db: server.database, scope: operatorScope(tenant.organization, 'test') };
  const events = await listAuditEvents(context, { targetType: 'appleDevice', limit: 10 });
  expect(events.filter(({ action }) => action === 'apple.device.remove')).toHaveLength(1);
  await server.change(tenant, async (own) => {
    const channel = await lockChannel(own, { id: mac.channel, deviceChannel: mac.channel }, mac.fingerprint);
    await checkOut(own, channel!);
  });
  expect((await server.send({ url: `${root()}/${mac.id}`, token: tenant.token })).status).toBe(404);
});

describe('refused is', () => {
  const all = ['syncDevice', 'retire', 'wipe', 'remoteLock', 'rebootNow', 'shutDown'] as const;

  test.each(all)('%s of what is no managed device that is enrolled', async (action) => {
    const mac = await enrol(macFacts);
    expect(
      (await server.send({ method: 'DELETE', url: `${root()}/${mac.id}`, token: tenant.token })).status,
    ).toBe(204);
    for (const id of [mac.id, 'nothing', '00000000-0000-8000-8000-000000000000']) {
      expect((await act(id, action)).status, id).toBe(404);
    }
    const other = await server.addTenant(`other-${count}`);
    const theirs = await enrolAppleDevice(server, other, { told: macFacts });
    expect((await act(theirs.id, action)).status).toBe(404);
    const [pc, silent] = await server.change(tenant, async (context) => [
      await createDevice(context, { platform: 'windows' }),
      await createDevice(context, { platform: 'apple', summary: { os: 'macOS', osVersion: '15.1' } }),
    ]);
    for (const device of [pc, silent]) {
      const answer = await act(device.id, action);
      expect(answer.status).toBe(400);
      expect(messageOf(answer)).toMatch(
        /is not enrolled, so it cannot|cannot be (?:locked|shut down) by its management/,
      );
    }
  });

  test.each([
    ['wipe', { macOsUnlockCode: '12345' }, "The parameter 'macOsUnlockCode' must be six digits."],
    ['wipe', { macOsUnlockCode: 123_456 }, "'macOsUnlockCode' must be of type 'Edm.String'"],
    ['wipe', { macOsUnlockCode: '１２３４５６' }, 'six digits'],
    ['wipe', { keepUserData: true }, "Apple devices do not know 'keepUserData'"],
    ['wipe', { keepEnrollmentData: 'no' }, "'keepEnrollmentData' must be of type 'Edm.Boolean'"],
    ['wipe', { useProtectedWipe: false }, "'useProtectedWipe' is not one of this action"],
    ['wipe', { toString: true }, "'toString' is not one of this action"],
    ['wipe', [], 'JSON object'],
    ['wipe', 'null', 'JSON object'],
    ['remoteLock', { pin: '123456' }, 'it takes none'],
    ['retire', [], 'JSON object'],
  ])('%s with %j', async (action, body, message) => {
    const mac = await enrol(macFacts);
    const answer = await act(mac.id, action, body);
    expect(answer.status, answer.text).toBe(400);
    expect(messageOf(answer)).toContain(message);
    expect(await waiting(mac)).toEqual([]);
    expect(await read(mac.id)).toMatchObject({ managementState: 'managed', deviceActionResults: [] });
  });

  test('what the system of the device does not know', async () => {
    const phone = await enrol({ ...phoneFacts, supervised: false });
    const answer = await act(phone.id, 'shutDown');
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toContain('supervised');
    expect((await act(phone.id, 'rebootNow?$select=id')).status).toBe(400);
    expect((await act(phone.id, 'locateDevice')).status).toBe(400);
    const get = await server.send({ url: `${root()}/${phone.id}/wipe`, token: tenant.token });
    expect(get.status).toBe(405);
  });
});

test('beta knows a protected wipe, which is for Windows', async () => {
  const mac = await enrol(macFacts);
  expect((await act(mac.id, 'wipe', { useProtectedWipe: true }, 'beta')).status).toBe(400);
  expect((await act(mac.id, 'microsoft.graph.wipe', { useProtectedWipe: false }, 'beta')).status).toBe(204);
});
