import { anyOf, ofEach, type OwnedId, type Reader } from '../database/index.ts';
import { auditGroupMembers, lockGroup, requireMembers, type Group } from '../directory/index.ts';
import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { devicesTables } from './tables.ts';

/**
 * Adds devices to a group. Returns those that were not in it yet. Faults: `notFound` (the group), `invalidInput` (a device that does not
 * exist, or is deleted).
 */
export async function addGroupDevices(
  context: WriteContext,
  groupId: Id,
  deviceIds: readonly Id[],
): Promise<Id[]> {
  const { db, scope } = context;
  const group = await lockGroup(context, groupId);
  const known = await lockDevices(context, deviceIds);
  requireMembers(deviceIds, known, (id) => `device '${id}' does not exist, or is deleted`);
  if (known.size === 0) return [];
  const rows = await devicesTables(db)
    .insertInto('devices_group_device')
    .values(
      [...known].map((id) => ({
        organization_id: scope.organization.id,
        group_id: groupId,
        device_id: id,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('device_id')
    .execute();
  const added = rows.map((row) => row.device_id);
  for (const id of added) context.touched.devices.add(id);
  await auditGroupMembers(context, group, { kind: 'device', left: [], joined: added });
  return added;
}

/** Removes devices from a group. Returns those that were in it. Faults: `notFound` (the group). */
export async function removeGroupDevices(
  context: WriteContext,
  groupId: Id,
  deviceIds: readonly Id[],
): Promise<Id[]> {
  const { db, scope } = context;
  const group = await lockGroup(context, groupId);
  const rows = await devicesTables(db)
    .deleteFrom('devices_group_device')
    .where('organization_id', '=', scope.organization.id)
    .where('group_id', '=', groupId)
    .where('device_id', '=', anyOf(deviceIds))
    .returning('device_id')
    .execute();
  const removed = rows.map((row) => row.device_id);
  for (const id of removed) context.touched.devices.add(id);
  await auditGroupMembers(context, group, { kind: 'device', left: removed, joined: [] });
  return removed;
}

/**
 * Ends the memberships of a device. Groups are not locked for it: who changes a group locks it before its devices, and this device is
 * locked already.
 */
export async function leaveGroups({ db, scope }: WriteContext, deviceId: Id): Promise<void> {
  await devicesTables(db)
    .deleteFrom('devices_group_device')
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .execute();
}

/**
 * The groups that each of these devices is in itself, whatever groups its user is in: in the order of the keys, in one statement.
 */
export async function groupsOfDevices(
  reader: Reader,
  keys: readonly OwnedId[],
): Promise<Pick<Group, 'id' | 'displayName'>[][]> {
  if (keys.length === 0) return [];
  const rows = await devicesTables(reader)
    .selectFrom('devices_group_device as member')
    .innerJoin('directory_group as group', (join) =>
      join
        .onRef('group.organization_id', '=', 'member.organization_id')
        .onRef('group.id', '=', 'member.group_id'),
    )
    .select(['member.organization_id', 'member.device_id', 'group.id', 'group.display_name as displayName'])
    .where('member.organization_id', '=', anyOf(keys.map(({ organizationId }) => organizationId)))
    .where('member.device_id', '=', anyOf(keys.map(({ id }) => id)))
    .orderBy('group.id')
    .execute();
  return ofEach(keys, rows, (row) => row.device_id).map((groups) =>
    groups.map(({ id, displayName }) => ({ id, displayName })),
  );
}

/** Those of the devices that the organization has and that are not deleted; they cannot be deleted until the transaction ends. */
async function lockDevices({ db, scope }: WriteContext, ids: readonly Id[]): Promise<Set<Id>> {
  const rows = await devicesTables(db)
    .selectFrom('devices_device')
    .select('id')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', anyOf(ids))
    .where('state', '!=', 'DELETED')
    .orderBy('id')
    // A key share lock would let the device be deleted, which changes a column and removes no row.
    .forShare()
    .execute();
  return new Set(rows.map((row) => row.id));
}
