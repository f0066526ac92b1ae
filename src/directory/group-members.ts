import { anyOf, ofEach, type OwnedId, type Reader } from '../database/index.ts';
import { invalidInput } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { audit, type WriteContext } from '../tenancy/index.ts';
import { lockGroup, type Group } from './groups.ts';
import { directoryTables } from './tables.ts';

/** One member of a group. */
export interface GroupMember {
  readonly kind: 'user' | 'device';
  readonly id: Id;
}

/** Adds users to a group. Returns those that were not in it yet. Faults: `notFound` (the group), `invalidInput` (a user that does not exist). */
export async function addGroupUsers(
  context: WriteContext,
  groupId: Id,
  userIds: readonly Id[],
): Promise<Id[]> {
  const { db, scope } = context;
  const group = await lockGroup(context, groupId);
  const known = await lockUsers(context, userIds);
  requireMembers(userIds, known, (id) => `user '${id}' does not exist`);
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
  await auditGroupMembers(context, group, { kind: 'user', left: [], joined: added });
  return added;
}

/** Removes users from a group. Returns those that were in it. Faults: `notFound` (the group). */
export async function removeGroupUsers(
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
    .where('user_id', '=', anyOf(userIds))
    .returning('user_id')
    .execute();
  const removed = rows.map((row) => row.user_id);
  for (const id of removed) context.touched.users.add(id);
  await auditGroupMembers(context, group, { kind: 'user', left: removed, joined: [] });
  return removed;
}

/** The groups that each of these users is in, in the order of the keys, in one statement. */
export async function groupsOfUsers(
  reader: Reader,
  keys: readonly OwnedId[],
): Promise<Pick<Group, 'id' | 'displayName'>[][]> {
  if (keys.length === 0) return [];
  const rows = await directoryTables(reader)
    .selectFrom('directory_group_user as member')
    .innerJoin('directory_group as group', (join) =>
      join
        .onRef('group.organization_id', '=', 'member.organization_id')
        .onRef('group.id', '=', 'member.group_id'),
    )
    .select(['member.organization_id', 'member.user_id', 'group.id', 'group.display_name as displayName'])
    .where('member.organization_id', '=', anyOf(keys.map(({ organizationId }) => organizationId)))
    .where('member.user_id', '=', anyOf(keys.map(({ id }) => id)))
    .orderBy('group.id')
    .execute();
  return ofEach(keys, rows, (row) => row.user_id).map((groups) =>
    groups.map(({ id, displayName }) => ({ id, displayName })),
  );
}

/** Refuses what shall join a group and is not there. Faults: `invalidInput`. */
export function requireMembers(
  wanted: readonly Id[],
  known: ReadonlySet<Id>,
  messageOf: (id: Id) => string,
): void {
  const unknown = wanted.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `members[${index}]`, message: messageOf(id) }],
  );
  if (unknown.length > 0) throw invalidInput(unknown);
}

/** Tells the audit log who joined a group and who left it; nothing if nobody did. */
export async function auditGroupMembers(
  context: WriteContext,
  { id, displayName }: Group,
  { kind, left, joined }: { kind: GroupMember['kind']; left: readonly Id[]; joined: readonly Id[] },
): Promise<void> {
  if (left.length + joined.length === 0) return;
  const named = (ids: readonly Id[]): GroupMember[] => ids.map((member) => ({ kind, id: member }));
  await audit(context, {
    action: 'group.update',
    target: { type: 'group', id, name: displayName },
    before: { members: named(left) },
    after: { members: named(joined) },
  });
}

/** Those of the users that the organization has; they cannot be removed until the transaction ends. */
async function lockUsers({ db, scope }: WriteContext, ids: readonly Id[]): Promise<Set<Id>> {
  const rows = await directoryTables(db)
    .selectFrom('directory_user')
    .select('id')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', anyOf(ids))
    .orderBy('id')
    .forKeyShare()
    .execute();
  return new Set(rows.map((row) => row.id));
}
