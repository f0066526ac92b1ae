import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { sql } from '../database/index.ts';
import { createGroup, createUser, removeGroup, requireGroup } from '../directory/index.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { endManagement } from '../policies/index.ts';
import { listAuditEvents, type WriteContext } from '../tenancy/index.ts';
import { createDevice } from './create-device.ts';
import { deviceKey } from './device.ts';
import { addGroupDevices, groupsOfDevices, removeGroupDevices } from './group-devices.ts';
import { addGroupMembers, groupMembersByIds, listGroupMembers, removeGroupMembers } from './group-members.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const newGroup = (tenant: Tenant, displayName: string) =>
  server.change(tenant, (context) => createGroup(context, { displayName, mailNickname: 'group' }));
const newUser = (tenant: Tenant, email: string) =>
  server.change(tenant, (context) => createUser(context, { email }));
const newDevice = (tenant: Tenant, displayName: string) =>
  server.change(tenant, (context) => createDevice(context, { platform: 'windows', displayName }));
const removeDevice = (tenant: Tenant, id: Id) =>
  server.change(tenant, (context) => endManagement(context, 'windows', deviceKey(hexOfId(id)), undefined));
const keysOf = (tenant: Tenant, ...things: { id: Id }[]) =>
  things.map(({ id }) => ({ organizationId: tenant.organization.id, id }));

test('devices join once, leave once, and change nothing but themselves', async () => {
  const { tenant } = server;
  const group = await newGroup(tenant, 'Devices');
  const [one, two] = [await newDevice(tenant, 'one'), await newDevice(tenant, 'two')];
  const named = [{ id: group.id, displayName: 'Devices' }];
  const keys = keysOf(tenant, two, one);
  await server.change(tenant, async (context) => {
    context.touched.devices.clear();
    expect(await addGroupDevices(context, group.id, [one.id])).toEqual([one.id]);
    expect(context.touched.devices).toEqual(new Set([one.id]));
    expect(await groupsOfDevices(context.db, keys)).toEqual([[], named]);
    expect(await addGroupDevices(context, group.id, [one.id, two.id, two.id])).toEqual([two.id]);
    expect(context.touched.devices).toEqual(new Set([one.id, two.id]));
    expect(await removeGroupDevices(context, group.id, [one.id])).toEqual([one.id]);
    context.touched.devices.clear();
    expect(await removeGroupDevices(context, group.id, [one.id])).toEqual([]);
    expect(context.touched.devices).toEqual(new Set());
    expect(await groupsOfDevices(context.db, keys)).toEqual([named, []]);
    expect(context.touched.users).toEqual(new Set());
    const events = await listAuditEvents(context, { targetId: group.id, limit: 10 });
    const member = (id: Id) => ({ kind: 'device', id });
    expect(events.map(({ before, after }) => ({ before, after })).slice(0, -1)).toEqual([
      { before: { members: [member(one.id)] }, after: { members: [] } },
      { before: { members: [] }, after: { members: [member(two.id)] } },
      { before: { members: [] }, after: { members: [member(one.id)] } },
    ]);
    await removeGroup(context, group.id);
    expect(await groupsOfDevices(context.db, keys)).toEqual([[], []]);
  });
});

test('the groups of devices of several organizations are read in one statement', async () => {
  const other = await server.addTenant('of-devices');
  const inTenant = async (tenant: Tenant) => {
    const groups = [await newGroup(tenant, 'First'), await newGroup(tenant, 'Second')];
    const devices = [await newDevice(tenant, 'in both'), await newDevice(tenant, 'in none')];
    await server.change(tenant, async (context) => {
      for (const { id } of groups.toReversed()) await addGroupDevices(context, id, [devices[0]!.id]);
    });
    return {
      keys: keysOf(tenant, ...devices),
      named: groups.map(({ id, displayName }) => ({ id, displayName })),
    };
  };
  const own = await inTenant(server.tenant);
  const foreign = await inTenant(other);
  const mixed = { organizationId: other.organization.id, id: own.keys[0]!.id };
  server.takeStatements();
  expect(await groupsOfDevices(server.database, [...own.keys, mixed, ...foreign.keys])).toEqual([
    own.named,
    [],
    [],
    foreign.named,
    [],
  ]);
  expect(server.takeStatements()).toHaveLength(1);
  expect(await groupsOfDevices(server.database, [])).toEqual([]);
});

test('a deleted device has left its groups and cannot join one', async () => {
  const { tenant } = server;
  const group = await newGroup(tenant, 'Retired');
  const device = await newDevice(tenant, 'old');
  await server.change(tenant, (context) => addGroupDevices(context, group.id, [device.id]));
  await removeDevice(tenant, device.id);
  await server.change(tenant, async (context) => {
    expect(await groupsOfDevices(context.db, keysOf(tenant, device))).toEqual([[]]);
    expect(await listGroupMembers(context, group.id)).toEqual([]);
    await expect(addGroupDevices(context, group.id, [device.id])).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path: 'members[0]', message: `device '${device.id}' does not exist, or is deleted` }],
    });
    await expect(addGroupMembers(context, group.id, [device.id])).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path: 'members[0]' }],
    });
  });
});

/** Waits until a change is through, or until it waits for another one. */
async function isThroughOrWaits(work: Promise<unknown>): Promise<void> {
  const isThrough = work.then(
    () => true,
    () => true,
  );
  const waiting = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  const waits = async () => (await waiting.execute(server.database.connection)).rows.length > 0;
  while (!(await Promise.race([isThrough, waits()])));
}

test('a device that is deleted while it joins a group is no member afterwards', async () => {
  const { tenant } = server;
  const group = await newGroup(tenant, 'Race');
  const [first, second] = [await newDevice(tenant, 'deleted first'), await newDevice(tenant, 'added first')];
  const add = async (context: WriteContext, id: Id): Promise<unknown> =>
    addGroupDevices(context, group.id, [id]).catch((error: unknown) => error);
  const others: Promise<unknown>[] = [];

  await server.change(tenant, async (context) => {
    await endManagement(context, 'windows', deviceKey(hexOfId(first.id)), undefined);
    others.push(server.change(tenant, (other) => add(other, first.id)));
    await isThroughOrWaits(others[0]!);
  });
  expect(await others[0]).toMatchObject({ code: 'invalidInput', violations: [{ path: 'members[0]' }] });

  await server.change(tenant, async (context) => {
    expect(await add(context, second.id)).toEqual([second.id]);
    others.push(removeDevice(tenant, second.id));
    await isThroughOrWaits(others[1]!);
  });
  await others[1];
  expect(await server.change(tenant, (context) => listGroupMembers(context, group.id))).toEqual([]);
});

test('users and devices are listed together, the oldest first, and in parts', async () => {
  const { tenant } = server;
  const group = await newGroup(tenant, 'Both');
  const laptop = await newDevice(tenant, 'laptop');
  server.advance(1_000);
  const ada = await newUser(tenant, 'ada@both.test');
  server.advance(1_000);
  const phone = await newDevice(tenant, 'phone');
  await server.change(tenant, async (context) => {
    expect(await addGroupMembers(context, group.id, [phone.id, ada.id, laptop.id])).toEqual(
      expect.arrayContaining([phone.id, ada.id, laptop.id]),
    );
    expect(await addGroupMembers(context, group.id, [ada.id, laptop.id])).toEqual([]);
    const all = [
      { kind: 'device', id: laptop.id },
      { kind: 'user', id: ada.id },
      { kind: 'device', id: phone.id },
    ];
    expect(await listGroupMembers(context, group.id)).toEqual(all);
    expect(await listGroupMembers(context, group.id, { limit: 2 })).toEqual(all.slice(0, 2));
    expect(await listGroupMembers(context, group.id, { after: ada.id, limit: 2 })).toEqual(all.slice(2));
    expect(await groupMembersByIds(context, [ada.id, laptop.id, group.id])).toEqual(
      new Map<Id, unknown>([
        [ada.id, { kind: 'user', id: ada.id, user: ada }],
        [laptop.id, { kind: 'device', id: laptop.id, device: laptop }],
      ]),
    );
    expect(await removeGroupMembers(context, group.id, [ada.id, phone.id, group.id])).toEqual([
      ada.id,
      phone.id,
    ]);
    expect(await listGroupMembers(context, group.id)).toEqual(all.slice(0, 1));
  });
});

test('what is no member of this organization does not join, nor do those named with it', async () => {
  const { tenant } = server;
  const other = await server.addTenant('strangers');
  const group = await newGroup(tenant, 'Closed');
  const foreign = await newGroup(other, 'Foreign');
  const own = await newDevice(tenant, 'own');
  const strangers = [
    await newDevice(other, 'theirs'),
    await newUser(other, 'ada@strangers.test'),
    foreign,
    group,
  ];
  await server.change(tenant, async (context) => {
    for (const { id } of strangers) {
      const message =
        id === group.id
          ? `'${id}' is a group, and groups are not nested: add its members instead`
          : `'${id}' is neither a user nor a device, or is a deleted device`;
      await expect(addGroupMembers(context, group.id, [own.id, id])).rejects.toMatchObject({
        code: 'invalidInput',
        violations: [{ path: 'members[1]', message }],
      });
    }
    await expect(addGroupDevices(context, group.id, [own.id, strangers[0]!.id])).rejects.toMatchObject({
      violations: [{ path: 'members[1]' }],
    });
    expect(await listGroupMembers(context, group.id)).toEqual([]);
    for (const refused of [
      addGroupMembers(context, foreign.id, [own.id]),
      addGroupDevices(context, foreign.id, [own.id]),
      removeGroupMembers(context, foreign.id, [own.id]),
      removeGroupDevices(context, foreign.id, [own.id]),
      listGroupMembers(context, foreign.id),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'notFound' });
    }
    expect(await requireGroup(context, group.id)).toEqual(group);
  });
});
