import { anyOf, sql } from '../../database/index.ts';
import { nameOfDevice } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { devicesOfPolicy, type DeviceOfPolicy, type StatusPolicy } from './devices-of-policy.ts';
import type { PolicyStatus } from './status-on-device.ts';
import { statusTables } from './tables.ts';

/** A part of a list in the order of its ids: at most `limit` items behind `after`, without the first `skip` of them. */
export interface StatusPage {
  readonly after: Id | undefined;
  readonly skip: number;
  readonly limit: number;
}

export interface StatusUser {
  readonly id: Id;
  readonly email: string;
  readonly name: string | null;
}

/** How a policy is on one of the devices that have it. */
export interface DeviceStatus {
  readonly deviceId: Id;
  readonly deviceName: string;
  readonly user: StatusUser | null;
  readonly status: PolicyStatus;
  /** Null for a device that never reported. */
  readonly reportedAt: Date | null;
}

export async function listDeviceStatuses(
  context: ReadContext,
  policy: StatusPolicy,
  page: StatusPage,
): Promise<DeviceStatus[]> {
  return named(context, devicesOfPolicy(context, policy, page));
}

/** Undefined for a device that does not have the policy. */
export async function findDeviceStatus(
  context: ReadContext,
  policy: StatusPolicy,
  deviceId: Id,
): Promise<DeviceStatus | undefined> {
  const found = devicesOfPolicy(context, policy, { ids: [deviceId], limit: 1 });
  return (await named(context, found))[0];
}

async function named(
  { db, scope }: ReadContext,
  batches: AsyncIterable<readonly DeviceOfPolicy[]>,
): Promise<DeviceStatus[]> {
  const devices: DeviceOfPolicy[] = [];
  for await (const batch of batches) devices.push(...batch);
  if (devices.length === 0) return [];
  const rows = await statusTables(db)
    .selectFrom('devices_device as device')
    .leftJoin('directory_user as user', (join) =>
      join
        .onRef('user.organization_id', '=', 'device.organization_id')
        .onRef('user.id', '=', 'device.user_id'),
    )
    .select(['device.id', 'device.display_name', 'device.serial_number', 'user.id as user_id', 'email'])
    .select(['user.name as user_name', sql<string | null>`device.summary ->> 'name'`.as('own_name')])
    .where('device.organization_id', '=', scope.organization.id)
    .where('device.id', '=', anyOf(devices.map(({ id }) => id)))
    .execute();
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  return devices.flatMap(({ id, lastStatusReportAt, onDevice }): DeviceStatus | [] => {
    const row = rowsById.get(id);
    if (!row) return [];
    const { display_name, serial_number, own_name, user_id, email, user_name } = row;
    return {
      deviceId: id,
      deviceName: nameOfDevice({
        id,
        displayName: display_name,
        serialNumber: serial_number,
        summary: own_name === null ? {} : { name: own_name },
      }),
      user: user_id === null ? null : { id: user_id, email: email!, name: user_name },
      status: onDevice.status,
      reportedAt: lastStatusReportAt,
    };
  });
}
