import { sql } from '../database/index.ts';
import {
  addGroupUsers,
  groupsByIds,
  removeGroupUsers,
  requireGroup,
  requireMembers,
  usersByIds,
  type GroupMember,
  type User,
} from '../directory/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ListPart, ReadContext, WriteContext } from '../tenancy/index.ts';
import type { Device } from './device.ts';
import { devicesByIds } from './find-devices.ts';
import { addGroupDevices, removeGroupDevices } from './group-devices.ts';
import { devicesTables } from './tables.ts';

/** A member of a group, or what can become one, with all that is known of it. */
export type FullGroupMember =
  | { readonly kind: 'user'; readonly id: Id; readonly user: User }
  | { readonly kind: 'device'; readonly id: Id; readonly device: Device };

/**
 * Adds users and devices to a group: all of them or, on a fault, none. Returns those that were not in it yet. Faults: `notFound` (the group),
 * `invalidInput` (what is neither a user nor a device, or a deleted device).
 */
export async function addGroupMembers(context: WriteContext, groupId: Id, ids: readonly Id[]): Promise<Id[]> {
  await requireGroup(context, groupId);
  const known = await groupMembersByIds(context, ids);
  const unknown = ids.filter((id) => !known.has(id));
  const groups = unknown.length > 0 ? await groupsByIds(context, unknown) : new Map<Id, unknown>();
  requireMembers(ids, new Set(known.keys()), (id) =>
    groups.has(id)
      ? `'${id}' is a group, and groups are not nested: add its members instead`
      : `'${id}' is neither a user nor a device, or is a deleted device`,
  );
  const users = await addGroupUsers(context, groupId, idsOf(known, 'user'));
  const devices = await addGroupDevices(context, groupId, idsOf(known, 'device'));
  return [...users, ...devices];
}

/** Removes users and devices from a group. Returns those that were in it. Faults: `notFound` (the group). */
export async function removeGroupMembers(
  context: WriteContext,
  groupId: Id,
  ids: readonly Id[],
): Promise<Id[]> {
  const users = await removeGroupUsers(context, groupId, ids);
  const devices = await removeGroupDevices(context, groupId, ids);
  return [...users, ...devices];
}

/** The members of a group in the order of their ids, so the oldest first. Faults: `notFound` (the group). */
export async function listGroupMembers(
  context: ReadContext,
  groupId: Id,
  { after, limit }: Partial<ListPart> = {},
): Promise<GroupMember[]> {
  const { db, scope } = context;
  await requireGroup(context, groupId);
  const users = devicesTables(db)
    .selectFrom('directory_group_user')
    .select([sql<GroupMember['kind']>`'user'`.as('kind'), 'user_id as id'])
    .where('organization_id', '=', scope.organization.id)
    .where('group_id', '=', groupId)
    .$if(after !== undefined, (query) => query.where('user_id', '>', after!));
  const devices = devicesTables(db)
    .selectFrom('devices_group_device')
    .select([sql<GroupMember['kind']>`'device'`.as('kind'), 'device_id as id'])
    .where('organization_id', '=', scope.organization.id)
    .where('group_id', '=', groupId)
    .$if(after !== undefined, (query) => query.where('device_id', '>', after!));
  return users
    .unionAll(devices)
    .orderBy('id')
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .execute();
}

/** Those of these ids that are users, or devices that are not deleted, of the organization. */
export async function groupMembersByIds(
  context: ReadContext,
  ids: readonly Id[],
): Promise<Map<Id, FullGroupMember>> {
  const [users, devices] = await Promise.all([usersByIds(context, ids), devicesByIds(context, ids)]);
  return new Map<Id, FullGroupMember>([
    ...[...users].map(([id, user]) => [id, { kind: 'user', id, user }] as const),
    ...[...devices]
      .filter(([, { state }]) => state !== 'DELETED')
      .map(([id, device]) => [id, { kind: 'device', id, device }] as const),
  ]);
}

function idsOf(members: ReadonlyMap<Id, FullGroupMember>, kind: GroupMember['kind']): Id[] {
  return [...members.values()].filter((member) => member.kind === kind).map(({ id }) => id);
}
