import type { Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { commandTables } from './tables.ts';

/** What waits for a device is not sent any more. */
export async function cancelCommands(
  { db, scope, now }: WriteContext,
  deviceId: Id,
  why: string,
): Promise<void> {
  await commandTables(db)
    .updateTable('devices_command')
    .set({ state: 'canceled', finished_at: now, error: why })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .where('finished_at', 'is', null)
    .execute();
}
