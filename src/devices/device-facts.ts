import { sql, type Reader } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { Device } from './device.ts';
import { devicesTables } from './tables.ts';

/** What of a device says which policies it has and takes. */
export interface DeviceFacts extends Pick<Device, 'id' | 'platform'> {
  readonly userId: Id | null;
  /** The operating system as the device names it; null when it has not. */
  readonly os: string | null;
}

/** Those of these devices that are there and not deleted, in one statement. */
export async function loadDeviceFacts(
  reader: Reader,
  organizationId: Id,
  ids: readonly Id[],
): Promise<DeviceFacts[]> {
  const rows = await devicesTables(reader)
    .selectFrom('devices_device')
    .select(['id', 'platform', 'user_id', sql<string | null>`summary ->> 'os'`.as('os')])
    .where('organization_id', '=', organizationId)
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .where('state', '!=', 'DELETED')
    .execute();
  return rows.map(({ id, platform, user_id, os }) => ({ id, platform, userId: user_id, os }));
}

/** The facts of a device that was read whole. */
export function factsOf({ id, platform, user, summary }: Device): DeviceFacts {
  return { id, platform, userId: user?.id ?? null, os: summary.os ?? null };
}
