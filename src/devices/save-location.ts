import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import type { Device } from './device.ts';
import { devicesTables } from './tables.ts';

/** Notes where the agent of a locked device says that it is. As with what devices report, the revision stays. */
export async function saveAgentLocation(
  { db, scope }: WriteContext,
  { id, lastLocation }: Pick<Device, 'lastLocation'> & { readonly id: Id },
  agent: NonNullable<Device['lastLocation']['agent']>,
): Promise<void> {
  await devicesTables(db)
    .updateTable('devices_device')
    .set({ last_location: JSON.stringify({ ...lastLocation, agent }) })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
}
