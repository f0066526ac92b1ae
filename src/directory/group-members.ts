import { sql, type Listed } from '../database/index.ts';
import { invalidInput } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { lockGroup, requireGroup, type Group } from './groups.ts';
import { directoryTables } from './tables.ts';
import { userOfRow, type User } from './users.ts';

/** Adds users to a group. Returns those that were not in it yet. Faults: `notFound` (the group), `invalidInput` (a user that does not exist). */
export async function addGroupMembers(
  context: WriteContext,
  groupId: Id,
  userIds: readonly Id[],
): Promise<Id[]> {
  const { db, scope } = context;
  const group = await lockGroup(context, groupId);
  const known = await lockUsers(context, userIds);
  const unknown = userIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `members[${index}]`, message: `user '${id}' does not exist` }],
  );
  if (unknown.length > 0) throw invalidInput(unknown);
  if (known.size === 0) return [];
  const rows = await directoryTables(db)
    .insertInto('directory_group_user')
    .values(
      [...known].map((id) => ({
        organization_id: scope.organization.id,
        group_id: groupId,
        user_id: id,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('user_id')
    .execute();
  const added = rows.map((row) => row.user_id);
  for (const id of added) context.touched.users.add(id);
  await auditMembers(context, group, { left: [], joined: added });
  return added;
}

/** Removes users from a group. Returns those that were in it. Faults: `notFound` (the group). */
export async function removeGroupMembers(
  context: WriteContext,
  groupId: Id,
  userIds: readonly Id[],
): Promise<Id[]> {
  const { db, scope } = context;
  const group = await lockGroup(context, groupId);
  const rows = await directoryTables(db)
    .deleteFrom('directory_group_user')
    .where('organization_id', '=', scope.organization.id)
    .where('group_id', '=', groupId)
    .where('user_id', '=', sql<Id>`any(${userIds}::uuid[])`)
    .returning('user_id')
    .execute();
  const removed = rows.map((row) => row.user_id);
  for (const id of removed) context.touched.users.add(id);
  await auditMembers(context, group, { left: removed, joined: [] });
  return removed;
}

/** The users in a group, oldest first. Faults: `notFound` (the group). */
export async function listGroupMembers(
  context: ReadContext,
  groupId: Id,
  { limit, offset }: { limit: number; offset: number },
): Promise<Listed<User>> {
  const { db, scope } = context;
  await requireGroup(context, groupId);
  const ofGroup = directoryTables(db)
    .selectFrom('directory_group_user as member')
    .where('member.organization_id', '=', scope.organization.id)
    .where('member.group_id', '=', groupId);
  const rows = await ofGroup
    .innerJoin('directory_user as user', (join) =>
      join
        .onRef('user.organization_id', '=', 'member.organization_id')
        .onRef('user.id', '=', 'member.user_id'),
    )
    .selectAll('user')
    .orderBy('user.id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await ofGroup
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { items: rows.map(userOfRow), total };
}

/** The groups that a user is in. */
export async function groupsOfUser(
  { db, scope }: ReadContext,
  userId: Id,
): Promise<Pick<Group, 'id' | 'displayName'>[]> {
  const rows = await directoryTables(db)
    .selectFrom('directory_group_user as member')
    .innerJoin('directory_group as group', (join) =>
      join
        .onRef('group.organization_id', '=', 'member.organization_id')
        .onRef('group.id', '=', 'member.group_id'),
    )
    .select(['group.id', 'group.display_name'])
    .where('member.organization_id', '=', scope.organization.id)
    .where('member.user_id', '=', userId)
    .execute();
  return rows.map(({ id, display_name }) => ({ id, displayName: display_name }));
}

/** Those of the users that the organization has; they cannot be removed until the transaction ends. */
async function lockUsers({ db, scope }: WriteContext, ids: readonly Id[]): Promise<Set<Id>> {
  const rows = await directoryTables(db)
    .selectFrom('directory_user')
    .select('id')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .orderBy('id')
    .forKeyShare()
    .execute();
  return new Set(rows.map((row) => row.id));
}

async function auditMembers(
  context: WriteContext,
  { id, displayName }: Group,
  { left, joined }: { left: readonly Id[]; joined: readonly Id[] },
): Promise<void> {
  if (left.length + joined.length === 0) return;
  await audit(context, {
    action: 'group.update',
    target: { type: 'group', id, name: displayName },
    before: { members: left },
    after: { members: joined },
  });
}
