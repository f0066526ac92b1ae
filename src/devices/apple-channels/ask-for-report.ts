import type { Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { channelTables } from './tables.ts';

/** A device tells its inventory again when it calls next. False for one that is not enrolled. */
export async function askAppleDevice({ db, scope, now }: WriteContext, deviceId: Id): Promise<boolean> {
  const { numUpdatedRows } = await channelTables(db)
    .updateTable('devices_apple_channel')
    .set({ report_due_at: now, report_part: 0, woken_for: null })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('state', '=', 'enrolled')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
