import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../../test/support/server.ts';
import { createDevice } from '../index.ts';
import { inventoryOf, saveInventory } from './index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const newDevice = (tenant: Tenant) =>
  server.change(tenant, (context) => createDevice(context, { platform: 'apple' }));
const keyOf = (tenant: Tenant, { id }: { id: Tenant['organization']['id'] }) => ({
  organizationId: tenant.organization.id,
  id,
});

test('what a device last told is kept, part by part', async () => {
  const { tenant } = server;
  const device = await newDevice(tenant);
  const first = server.now();
  await server.change(tenant, async (context) => {
    await saveInventory(context, device.id, 'device', { QueryResponses: { DeviceName: 'old' } });
    await saveInventory(context, device.id, 'security', { SecurityInfo: {} });
  });
  server.advance(60_000);
  const later = server.now();
  await server.change(tenant, (context) =>
    saveInventory(context, device.id, 'device', { QueryResponses: { DeviceName: 'new' } }),
  );
  expect(await inventoryOf(server.database, [keyOf(tenant, device)])).toEqual([
    {
      device: { content: { QueryResponses: { DeviceName: 'new' } }, reportedAt: later },
      security: { content: { SecurityInfo: {} }, reportedAt: first },
    },
  ]);
});

test('the inventory of devices of several organizations is read in one statement', async () => {
  const { tenant } = server;
  const other = await server.addTenant('inventory');
  const [one, silent, theirs] = [await newDevice(tenant), await newDevice(tenant), await newDevice(other)];
  const save = (of: Tenant, { id }: { id: typeof one.id }, text: string) =>
    server.change(of, async (context) => {
      await saveInventory(context, id, 'device', { text });
      await saveInventory(context, id, 'applications', { text });
    });
  await save(tenant, one, 'one');
  await save(other, theirs, 'theirs');
  const keys = [
    keyOf(other, theirs),
    keyOf(tenant, silent),
    keyOf(tenant, one),
    { organizationId: other.organization.id, id: one.id },
  ];
  server.takeStatements();
  const read = await inventoryOf(server.database, keys, ['device', 'certificates']);
  expect(server.takeStatements()).toHaveLength(1);
  const reportedAt = server.now();
  expect(read).toEqual([
    { device: { content: { text: 'theirs' }, reportedAt } },
    {},
    { device: { content: { text: 'one' }, reportedAt } },
    {},
  ]);
  expect(await inventoryOf(server.database, [])).toEqual([]);
});

test("nothing is kept for a device that is not the organization's", async () => {
  const other = await server.addTenant('strange-inventory');
  const device = await newDevice(server.tenant);
  await expect(
    server.change(other, (context) => saveInventory(context, device.id, 'device', {})),
  ).rejects.toMatchObject({ code: 'notFound' });
  expect(await inventoryOf(server.database, [keyOf(server.tenant, device), keyOf(other, device)])).toEqual([
    {},
    {},
  ]);
});
