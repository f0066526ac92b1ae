import { sql, type Reader } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { Device } from './device.ts';
import { devicesTables } from './tables.ts';

/** What of a device says which policies it has and takes. */
export interface DeviceFacts extends Pick<Device, 'id' | 'platform'> {
  readonly userId: Id | null;
  /** The operating system as the device names it; null when it has not. */
  readonly os: string | null;
  readonly osVersion: string | null;
  /** Null when it is not known. */
  readonly supervised: boolean | null;
}

/** Those of these devices that are there and not deleted, in one statement. */
export async function loadDeviceFacts(
  reader: Reader,
  organizationId: Id,
  ids: readonly Id[],
): Promise<DeviceFacts[]> {
  return devicesTables(reader)
    .selectFrom('devices_device')
    .select([
      'id',
      'platform',
      'user_id as userId',
      sql<string | null>`summary ->> 'os'`.as('os'),
      sql<string | null>`summary ->> 'osVersion'`.as('osVersion'),
      sql<boolean | null>`(summary ->> 'supervised')::boolean`.as('supervised'),
    ])
    .where('organization_id', '=', organizationId)
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .where('state', '!=', 'DELETED')
    .execute();
}

/** The facts of a device that was read whole. */
export function factsOf({ id, platform, user, summary }: Device): DeviceFacts {
  const { os = null, osVersion = null, supervised = null } = summary;
  return { id, platform, userId: user?.id ?? null, os, osVersion, supervised };
}
