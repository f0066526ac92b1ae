import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';
import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import { finishCommand, listCommands, queueCommand } from '../commands/index.ts';
import { listEvents, recordEvents } from '../events/index.ts';
import { createDevice, type Device } from '../index.ts';
import { resumeForgetting } from './index.ts';

const day = 24 * 3_600_000;
const all = { limit: 5_000 };

let server: TestServer;
let other: Tenant;
beforeAll(async () => {
  server = await testServer({ historyDays: 30 });
  other = await server.addTenant('other');
});
afterAll(() => server[Symbol.asyncDispose]());

const newDevice = (tenant: Tenant) =>
  server.change(tenant, (context) => createDevice(context, { platform: 'apple' }));

const happened = (tenant: Tenant, { id }: Device, titles: readonly string[]) =>
  server.change(tenant, (context) =>
    recordEvents(
      context,
      id,
      titles.map((title) => ({ title, details: {} })),
    ),
  );

const eventsOf = (tenant: Tenant, { id }: Device) =>
  server.change(tenant, async (context) => (await listEvents(context, id, all)).map(({ title }) => title));

function order(device: Device, type: string): Promise<Id> {
  return server.change(server.tenant, async (context) => {
    const { id } = await queueCommand(context, device, { channel: 'c', type, body: {}, isUrgent: false });
    return id;
  });
}

const end = (id: Id) =>
  server.change(server.tenant, (context) =>
    finishCommand(context, id, { state: 'acknowledged', answer: null, error: null }),
  );

const ordersOf = ({ id }: Device) =>
  server.change(server.tenant, async (context) =>
    (await listCommands(context, id, all)).map((command) => command.id),
  );

/** As the server does when it starts, and when the job is due. */
async function forget(): Promise<void> {
  await resumeForgetting({
    database: server.database,
    clock: () => server.now(),
    newId: server.newId,
    secrets: server.secrets,
    beforeCommit: async () => {},
  });
  await server.runJobs();
}

test('what happened to devices is forgotten after its time, in every organization', async () => {
  const [mine, theirs] = [await newDevice(server.tenant), await newDevice(other)];
  const many = Array.from({ length: 2_001 }, (_, index) => `old ${index}`);
  await happened(server.tenant, mine, many);
  await happened(other, theirs, ['old']);
  server.advance(29 * day);
  await happened(server.tenant, mine, ['new']);
  await forget();
  expect(await eventsOf(server.tenant, mine)).toHaveLength(2_002);
  server.advance(day + 1);
  await forget();
  expect(await eventsOf(server.tenant, mine)).toEqual(['new']);
  expect(await eventsOf(other, theirs)).toEqual([]);
});

test('orders that are done are forgotten, but for the last of each kind and those that wait', async () => {
  const device = await newDevice(server.tenant);
  const [first, second, lock, waiting, restart] = [
    await order(device, 'RestartDevice'),
    await order(device, 'RestartDevice'),
    await order(device, 'DeviceLock'),
    await order(device, 'ShutDownDevice'),
    await order(device, 'ShutDownDevice'),
  ];
  for (const id of [first, second, lock, restart]) await end(id);
  await forget();
  expect(await ordersOf(device)).toHaveLength(5);
  server.advance(31 * day);
  await forget();
  expect(await ordersOf(device)).toEqual([restart, waiting, lock, second]);
});

test('the next run comes a day later', async () => {
  await forget();
  const { rows } = await sql<{ hours: number }>`
    select round(extract(epoch from run_at - now()) / 3600)::int as hours from graphile_worker.jobs
    where task_identifier = 'devices.forgetHistory'`.execute(server.database.connection);
  expect(rows).toEqual([{ hours: 24 }]);
});
