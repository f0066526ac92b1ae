import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import type { Id } from '../kernel/id.ts';
import { listAuditEvents } from '../tenancy/index.ts';
import { addGroupUsers, groupsOfUsers, removeGroupUsers } from './group-members.ts';
import {
  createGroup,
  groupsByIds,
  listAllGroups,
  listGroups,
  removeGroup,
  requireGroup,
  updateGroup,
} from './groups.ts';
import { createUser, removeUser } from './users.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const newGroup = (tenant: Tenant, displayName: string) =>
  server.change(tenant, (context) => createGroup(context, { displayName, mailNickname: 'group' }));
const newUser = (tenant: Tenant, email: string) =>
  server.change(tenant, (context) => createUser(context, { email }));
const all = { limit: 100, offset: 0 };

test('a group is a security group without mail, changes by revision and tells the audit log', async () => {
  const group = await newGroup(server.tenant, 'Sales');
  expect(group).toMatchObject({ description: null, mailEnabled: false, securityEnabled: true, revision: 1 });
  server.advance(1_000);
  await server.change(server.tenant, async (context) => {
    const changed = await updateGroup(context, group.id, { description: 'Sells' }, [1]);
    expect(changed).toEqual({ ...group, description: 'Sells', revision: 2, updatedAt: server.now() });
    expect(await requireGroup(context, group.id)).toEqual(changed);
    await expect(updateGroup(context, group.id, { description: 'x' }, [1])).rejects.toMatchObject({
      code: 'preconditionFailed',
    });
    await removeGroup(context, group.id, [2]);
    await expect(requireGroup(context, group.id)).rejects.toMatchObject({ code: 'notFound' });
    const events = await listAuditEvents(context, { targetId: group.id, limit: 10 });
    expect(events.map((event) => event.action)).toEqual(['group.remove', 'group.update', 'group.create']);
    expect(events[1]).toMatchObject({
      before: { description: null, revision: 1 },
      after: { description: 'Sells', revision: 2 },
    });
  });
});

test('groups of another organization are neither found, nor listed, nor changed', async () => {
  const other = await server.addTenant('groups');
  const foreign = await newGroup(other, 'Foreign');
  const own = await newGroup(server.tenant, 'Own');
  await server.change(server.tenant, async (context) => {
    expect([...(await groupsByIds(context, [foreign.id, own.id])).keys()]).toEqual([own.id]);
    const names = (await listAllGroups(context)).map((group) => group.displayName);
    expect(names).toContain('Own');
    expect(names).not.toContain('Foreign');
    const page = { ...all, sort: { field: 'displayName', descending: false } } as const;
    expect(await listGroups(context, { search: 'FOREIGN' }, page)).toEqual({ items: [], total: 0 });
    expect(await listGroups(context, { search: 'wn' }, page)).toEqual({ items: [own], total: 1 });
    for (const refused of [
      updateGroup(context, foreign.id, { displayName: 'x' }),
      removeGroup(context, foreign.id),
      addGroupUsers(context, foreign.id, []),
      removeGroupUsers(context, foreign.id, []),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'notFound' });
    }
  });
});

const member = (id: Id) => ({ kind: 'user', id });

test('users join once, leave once, and leave when they are removed', async () => {
  const { organization } = server.tenant;
  const group = await newGroup(server.tenant, 'Members');
  const ada = await newUser(server.tenant, 'ada@members.test');
  const grace = await newUser(server.tenant, 'grace@members.test');
  const keys = [grace, ada].map(({ id }) => ({ organizationId: organization.id, id }));
  const named = [{ id: group.id, displayName: 'Members' }];
  await server.change(server.tenant, async (context) => {
    expect(await addGroupUsers(context, group.id, [ada.id])).toEqual([ada.id]);
    expect(await groupsOfUsers(context.db, keys)).toEqual([[], named]);
    expect(await addGroupUsers(context, group.id, [ada.id, grace.id, grace.id])).toEqual([grace.id]);
    expect(await groupsOfUsers(context.db, keys)).toEqual([named, named]);
    expect(context.touched.users).toEqual(new Set([ada.id, grace.id]));
    expect(await removeGroupUsers(context, group.id, [ada.id])).toEqual([ada.id]);
    expect(await removeGroupUsers(context, group.id, [ada.id])).toEqual([]);
    const events = await listAuditEvents(context, { targetId: group.id, limit: 10 });
    expect(events.map(({ before, after }) => ({ before, after })).slice(0, 3)).toEqual([
      { before: { members: [member(ada.id)] }, after: { members: [] } },
      { before: { members: [] }, after: { members: [member(grace.id)] } },
      { before: { members: [] }, after: { members: [member(ada.id)] } },
    ]);
    expect(await groupsOfUsers(context.db, keys)).toEqual([named, []]);
    await removeUser(context, grace.id);
    expect(await groupsOfUsers(context.db, keys)).toEqual([[], []]);
  });
});

test('the groups of users of several organizations are read in one statement', async () => {
  const other = await server.addTenant('of-users');
  const inTenant = async (tenant: Tenant) => {
    const groups = [await newGroup(tenant, 'First'), await newGroup(tenant, 'Second')];
    const users = [await newUser(tenant, 'one@of-users.test'), await newUser(tenant, 'none@of-users.test')];
    await server.change(tenant, async (context) => {
      for (const { id } of groups.toReversed()) await addGroupUsers(context, id, [users[0]!.id]);
    });
    const keys = users.map(({ id }) => ({ organizationId: tenant.organization.id, id }));
    return { keys, named: groups.map(({ id, displayName }) => ({ id, displayName })) };
  };
  const own = await inTenant(server.tenant);
  const foreign = await inTenant(other);
  const mixed = { organizationId: other.organization.id, id: own.keys[0]!.id };
  server.takeStatements();
  expect(await groupsOfUsers(server.database, [...own.keys, mixed, ...foreign.keys])).toEqual([
    own.named,
    [],
    [],
    foreign.named,
    [],
  ]);
  expect(server.takeStatements()).toHaveLength(1);
  expect(await groupsOfUsers(server.database, [])).toEqual([]);
});

test('a user that does not exist, or is of another organization, does not join', async () => {
  const other = await server.addTenant('strangers');
  const stranger = await newUser(other, 'ada@strangers.test');
  const known = await newUser(server.tenant, 'known@strangers.test');
  const group = await newGroup(server.tenant, 'Closed');
  await server.change(server.tenant, async (context) => {
    await expect(addGroupUsers(context, group.id, [known.id, stranger.id])).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path: 'members[1]', message: `user '${stranger.id}' does not exist` }],
    });
    expect(await addGroupUsers(context, group.id, [known.id])).toEqual([known.id]);
  });
});

test('a user that is removed while it joins a group is refused or leaves, but never fails', async () => {
  const group = await newGroup(server.tenant, 'Race');
  for (let round = 0; round < 5; round++) {
    const user = await newUser(server.tenant, `race${round}@race.test`);
    const [joined, removed] = await Promise.allSettled([
      server.change(server.tenant, (context) => addGroupUsers(context, group.id, [user.id])),
      server.change(server.tenant, (context) => removeUser(context, user.id)),
    ]);
    expect(removed.status).toBe('fulfilled');
    if (joined.status === 'rejected') expect(joined.reason).toMatchObject({ code: 'invalidInput' });
  }
});
