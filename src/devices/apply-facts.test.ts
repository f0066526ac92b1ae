import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { endManagement } from '../policies/index.ts';
import { listAuditEvents } from '../tenancy/index.ts';
import {
  applyFacts,
  createDevice,
  deviceKey,
  devicesByIds,
  lockDevice,
  saveDevice,
  type NewDevice,
  type ReportedFacts,
} from './index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const newDevice = (input: Partial<NewDevice> = {}) =>
  server.change(server.tenant, (context) => createDevice(context, { platform: 'apple', ...input }));
/** Applies facts and tells the device afterwards, and whether its policies are worked out again. */
const apply = (id: Id, facts: ReportedFacts) =>
  server.change(server.tenant, async (context) => {
    await applyFacts(context, id, facts);
    return { device: (await devicesByIds(context, [id])).get(id)!, touched: context.touched.devices.has(id) };
  });

const facts: ReportedFacts = {
  name: 'Mac',
  os: 'macOS',
  osVersion: '15.1',
  supervised: true,
  battery: '85%',
  platformId: 'A-1',
  serialNumber: 'C02XX',
  imei: '35',
  details: { model: 'MacBook Air', totalStorage: 494_000_000_000 },
};

test('what a device tells becomes its own, and is no change by an administrator', async () => {
  const before = await newDevice({ displayName: 'Reception', tags: ['kiosk'] });
  server.advance(60_000);
  const { platformId, serialNumber, imei, ...summary } = facts;
  const { device, touched } = await apply(before.id, facts);
  expect(device).toEqual({
    ...before,
    platformId,
    serialNumber,
    imei,
    summary,
    lastStatusReportAt: server.now(),
  });
  expect(touched).toBe(true);
  await server.change(server.tenant, async (context) => {
    const events = await listAuditEvents(context, { targetId: before.id, limit: 10 });
    expect(events.map(({ action }) => action)).toEqual(['apple.device.create']);
  });
});

test('what a device does not tell again stays', async () => {
  const { id } = await newDevice({
    summary: { image: 'https://example.com/mac.png', compliance: { compliant: true } },
  });
  await apply(id, facts);
  const { device } = await apply(id, { name: 'Other', details: { freeStorage: 7 } });
  expect(device).toMatchObject({
    serialNumber: 'C02XX',
    imei: '35',
    platformId: 'A-1',
    summary: {
      name: 'Other',
      os: 'macOS',
      image: 'https://example.com/mac.png',
      compliance: { compliant: true },
      details: { model: 'MacBook Air', totalStorage: 494_000_000_000, freeStorage: 7 },
    },
  });
});

test('the name of a version goes with the version', async () => {
  const { id } = await newDevice();
  await apply(id, { osVersion: '26.1', osVersionName: 'Tahoe' });
  expect((await apply(id, { name: 'Mac' })).device.summary.osVersionName).toBe('Tahoe');
  expect((await apply(id, { osVersion: '27.0' })).device.summary).toEqual({ name: 'Mac', osVersion: '27.0' });
});

test.each<[ReportedFacts, boolean]>([
  [{}, false],
  [facts, false],
  [{ battery: '84%', name: 'Renamed', details: { freeStorage: 1 } }, false],
  [{ osVersion: '15.2' }, true],
  [{ os: 'iPadOS' }, true],
  [{ supervised: false }, true],
  [{ serialNumber: 'C03' }, true],
])('policies are worked out again when they can be other ones: %j, %s', async (told, expected) => {
  const { id } = await newDevice();
  await apply(id, facts);
  server.advance(1_000);
  const { device, touched } = await apply(id, told);
  expect(touched).toBe(expected);
  expect(device.lastStatusReportAt).toEqual(server.now());
});

test('a report between reading and writing does not refuse an administrator, and is not lost', async () => {
  const { id, revision } = await newDevice();
  await apply(id, facts);
  const after = await server.change(server.tenant, async (context) => {
    const locked = await lockDevice(context, 'apple', deviceKey(hexOfId(id)), [revision]);
    return saveDevice(context, locked, { displayName: 'Reception' });
  });
  expect(after).toMatchObject({ displayName: 'Reception', revision: 2, summary: { osVersion: '15.1' } });
});

test('a deleted or foreign device takes no facts', async () => {
  const deleted = await newDevice({ platform: 'windows' });
  const other = await server.addTenant('facts');
  const foreign = await newDevice();
  await server.change(server.tenant, (context) =>
    endManagement(context, 'windows', deviceKey(hexOfId(deleted.id)), undefined),
  );
  await expect(apply(deleted.id, facts)).rejects.toMatchObject({ code: 'notFound' });
  await expect(
    server.change(other, (context) => applyFacts(context, foreign.id, facts)),
  ).rejects.toMatchObject({ code: 'notFound' });
});
