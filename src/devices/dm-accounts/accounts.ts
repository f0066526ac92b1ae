import { anyOf, preparing } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import type { DmAccount } from './account.ts';
import { accountOfRow } from './lock-account.ts';
import { dmAccountTables } from './tables.ts';

/** The accounts of Windows devices, ended ones too, by the device. */
export async function accountsOfDevices(
  { db, scope }: ReadContext,
  deviceIds: readonly Id[],
): Promise<Map<Id, DmAccount>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await dmAccountTables(preparing(db))
    .selectFrom('devices_dm_account')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', anyOf(deviceIds))
    .execute();
  return new Map(rows.map((row) => [row.device_id, accountOfRow(row)]));
}

/** A PC tells its inventory, and what it has of its settings, again when it calls next. False for one that is not enrolled. */
export async function askWindowsDevice({ db, scope, now }: WriteContext, deviceId: Id): Promise<boolean> {
  const { numUpdatedRows } = await dmAccountTables(db)
    .updateTable('devices_dm_account')
    .set({ report_due_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('state', '=', 'enrolled')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** When a PC was heard of, for people; undefined for one that never enrolled. */
export async function contactOf(context: ReadContext, deviceId: Id): Promise<string | undefined> {
  const account = (await accountsOfDevices(context, [deviceId])).get(deviceId);
  if (!account) return undefined;
  const { state, enrolledAt, endedAt, lastSeenAt } = account;
  if (state === 'ended') return `It left the management at ${endedAt!.toISOString()}.`;
  if (lastSeenAt) return `It was last heard of at ${lastSeenAt.toISOString()}.`;
  return `It enrolled at ${enrolledAt.toISOString()} and has not called since.`;
}
