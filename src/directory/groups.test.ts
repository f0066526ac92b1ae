import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { listAuditEvents } from '../tenancy/index.ts';
import { addGroupMembers, listGroupMembers, removeGroupMembers } from './group-members.ts';
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
      addGroupMembers(context, foreign.id, []),
      listGroupMembers(context, foreign.id, all),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'notFound' });
    }
  });
});

test('members join once, leave once, and leave when they are removed', async () => {
  const group = await newGroup(server.tenant, 'Members');
  const ada = await newUser(server.tenant, 'ada@members.test');
  const grace = await newUser(server.tenant, 'grace@members.test');
  await server.change(server.tenant, async (context) => {
    expect(await addGroupMembers(context, group.id, [ada.id])).toEqual([ada.id]);
    expect(await addGroupMembers(context, group.id, [ada.id, grace.id, grace.id])).toEqual([grace.id]);
    expect(await listGroupMembers(context, group.id, all)).toEqual({ items: [ada, grace], total: 2 });
    const second = await listGroupMembers(context, group.id, { limit: 1, offset: 1 });
    expect(second).toEqual({ items: [grace], total: 2 });
    expect(await removeGroupMembers(context, group.id, [ada.id])).toEqual([ada.id]);
    expect(await removeGroupMembers(context, group.id, [ada.id])).toEqual([]);
    const events = await listAuditEvents(context, { targetId: group.id, limit: 10 });
    expect(events.map(({ before, after }) => ({ before, after })).slice(0, 3)).toEqual([
      { before: { members: [ada.id] }, after: { members: [] } },
      { before: { members: [] }, after: { members: [grace.id] } },
      { before: { members: [] }, after: { members: [ada.id] } },
    ]);
    await removeUser(context, grace.id);
    expect(await listGroupMembers(context, group.id, all)).toEqual({ items: [], total: 0 });
  });
});

test('a user that does not exist, or is of another organization, does not join', async () => {
  const other = await server.addTenant('strangers');
  const stranger = await newUser(other, 'ada@strangers.test');
  const known = await newUser(server.tenant, 'known@strangers.test');
  const group = await newGroup(server.tenant, 'Closed');
  await server.change(server.tenant, async (context) => {
    await expect(addGroupMembers(context, group.id, [known.id, stranger.id])).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path: 'members[1]', message: `user '${stranger.id}' does not exist` }],
    });
    expect((await listGroupMembers(context, group.id, all)).total).toBe(0);
  });
});

test('a user that is removed while it joins a group is refused or leaves, but never fails', async () => {
  const group = await newGroup(server.tenant, 'Race');
  for (let round = 0; round < 5; round++) {
    const user = await newUser(server.tenant, `race${round}@race.test`);
    const [joined, removed] = await Promise.allSettled([
      server.change(server.tenant, (context) => addGroupMembers(context, group.id, [user.id])),
      server.change(server.tenant, (context) => removeUser(context, user.id)),
    ]);
    expect(removed.status).toBe('fulfilled');
    if (joined.status === 'rejected') expect(joined.reason).toMatchObject({ code: 'invalidInput' });
  }
  const members = await server.change(server.tenant, (context) => listGroupMembers(context, group.id, all));
  expect(members.total).toBe(0);
});
