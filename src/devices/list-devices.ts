import { contains, listPage, sql, type Listed, type Page } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { Device, DeviceSubType, Platform } from './device.ts';
import { deviceOfRow, selectDevices } from './device-row.ts';
import { devicesTables } from './tables.ts';

/** A condition on one column of ids, made by another domain that knows more of devices. */
export type IdQuery = ReturnType<typeof sql<Id>>;

export interface DeviceFilter {
  readonly platform?: Platform | undefined;
  readonly subType?: DeviceSubType | undefined;
  readonly state?: string | undefined;
  /** Deleted devices are left out unless this is true or `state` asks for them. */
  readonly includeDeleted?: boolean | undefined;
  readonly userId?: Id | undefined;
  /** Devices with at least one of these tags. */
  readonly tags?: readonly string[] | undefined;
  /** Devices in one of these segments. */
  readonly segments?: readonly number[] | undefined;
  readonly serialNumber?: string | undefined;
  readonly imei?: string | undefined;
  /** Part of the display name or the device's own name, without regard to case. */
  readonly name?: string | undefined;
  /** As `name`, or part of the serial number, the IMEI or the user's email. */
  readonly search?: string | undefined;
  readonly compliant?: boolean | undefined;
  /** Operating system, without regard to case. */
  readonly os?: string | undefined;
  readonly osVersion?: string | undefined;
  /** Address that the device or its agent last called from. */
  readonly networkIp?: string | undefined;
  /** A query for the ids that devices may have. */
  readonly idIn?: IdQuery | undefined;
}

const sortColumns = {
  createdAt: 'device.created_at',
  updatedAt: 'device.updated_at',
  displayName: 'device.display_name',
  state: 'device.state',
  serialNumber: 'device.serial_number',
  enrolledAt: 'device.enrolled_at',
  lastStatusReportAt: 'device.last_status_report_at',
} as const;

export type DeviceSortField = keyof typeof sortColumns;

export async function listDevices(
  context: ReadContext,
  filter: DeviceFilter,
  page: Page<DeviceSortField>,
): Promise<Listed<Device>> {
  const matching = selectDevices(context.db)
    .where('device.organization_id', '=', context.scope.organization.id)
    .where((where) => where.and(conditions(filter)));
  const { items, total } = await listPage(matching, sortColumns, page);
  return { items: items.map(deviceOfRow), total };
}

function conditions(filter: DeviceFilter) {
  const inSummary = (name: string) => sql`device.summary ->> ${sql.lit(name)}`;
  const inName = (text: string) =>
    sql<boolean>`(${contains('device.display_name', text)} is true or ${contains(inSummary('name'), text)})`;
  const wanted = [];
  if (filter.platform !== undefined) wanted.push(sql<boolean>`device.platform = ${filter.platform}`);
  if (filter.subType !== undefined) wanted.push(sql<boolean>`device.sub_type = ${filter.subType}`);
  if (filter.state !== undefined) wanted.push(sql<boolean>`device.state = ${filter.state}`);
  else if (filter.includeDeleted !== true) wanted.push(sql<boolean>`device.state <> 'DELETED'`);
  if (filter.userId !== undefined) wanted.push(sql<boolean>`device.user_id = ${filter.userId}`);
  if (filter.tags !== undefined) wanted.push(sql<boolean>`device.tags && ${filter.tags}::text[]`);
  if (filter.segments !== undefined) {
    wanted.push(sql<boolean>`coalesce(device.segment_id, 0) = any(${filter.segments}::integer[])`);
  }
  if (filter.serialNumber !== undefined) {
    wanted.push(sql<boolean>`device.serial_number = ${filter.serialNumber}`);
  }
  if (filter.imei !== undefined) wanted.push(sql<boolean>`device.imei = ${filter.imei}`);
  if (filter.name !== undefined) wanted.push(inName(filter.name));
  if (filter.search !== undefined) {
    const others = ['device.serial_number', 'device.imei', 'user.email'].map(
      (column) => sql`${contains(column, filter.search!)} is true`,
    );
    wanted.push(sql<boolean>`(${inName(filter.search)} is true or ${sql.join(others, sql` or `)})`);
  }
  if (filter.compliant !== undefined) {
    wanted.push(sql<boolean>`device.summary @> ${{ compliance: { compliant: filter.compliant } }}::jsonb`);
  }
  if (filter.os !== undefined) wanted.push(sql<boolean>`lower(${inSummary('os')}) = lower(${filter.os})`);
  if (filter.osVersion !== undefined) {
    wanted.push(sql<boolean>`${inSummary('osVersion')} = ${filter.osVersion}`);
  }
  if (filter.networkIp !== undefined) {
    wanted.push(
      sql<boolean>`${filter.networkIp} in (device.last_location #>> '{agent,ip}', device.last_location #>> '{ip,ip}')`,
    );
  }
  if (filter.idIn !== undefined) wanted.push(sql<boolean>`device.id in (${filter.idIn})`);
  return wanted;
}

/** Every tag that some device has which is not deleted, in alphabetical order. */
export async function listDeviceTags(
  { db, scope }: ReadContext,
  { limit, offset }: { limit: number; offset: number },
): Promise<Listed<string>> {
  const ofDevices = devicesTables(db)
    .selectFrom(['devices_device', sql<{ tag: string }>`unnest(tags)`.as<'used'>(sql`used(tag)`)])
    .where('organization_id', '=', scope.organization.id)
    .where('state', '!=', 'DELETED');
  const rows = await ofDevices
    .select('used.tag')
    .distinct()
    .orderBy('used.tag')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await ofDevices
    .select(({ fn }) => fn.count<number>('used.tag').distinct().as('total'))
    .executeTakeFirstOrThrow();
  return { items: rows.map(({ tag }) => tag), total };
}

export interface DeviceCounts {
  readonly windows: number;
  readonly apple: number;
}

/** How many devices, not deleted and past enrolment, each of these users has. Users without devices are left out. */
export async function deviceCountsOfUsers(
  { db, scope }: ReadContext,
  userIds: readonly Id[],
): Promise<Map<Id, DeviceCounts>> {
  if (userIds.length === 0) return new Map();
  const rows = await devicesTables(db)
    .selectFrom('devices_device')
    .select(['user_id', 'platform', ({ fn }) => fn.countAll<number>().as('count')])
    .where('organization_id', '=', scope.organization.id)
    .where('user_id', '=', sql<Id>`any(${userIds}::uuid[])`)
    .where('sub_type', '=', 'device')
    .where('state', '!=', 'DELETED')
    .groupBy(['user_id', 'platform'])
    .execute();
  const counts = new Map<Id, DeviceCounts>();
  for (const { user_id, platform, count } of rows) {
    counts.set(user_id!, { ...(counts.get(user_id!) ?? { windows: 0, apple: 0 }), [platform]: count });
  }
  return counts;
}

/** The devices that run a script of their own which is held by this asset: how many, and the first few. */
export async function devicesRunning(
  { db, scope }: ReadContext,
  assetId: Id,
  atMost: number,
): Promise<{ count: number; first: Device[] }> {
  const running = selectDevices(db)
    .where('device.organization_id', '=', scope.organization.id)
    .where(
      sql<boolean>`device.scripts <> '[]' and device.scripts @> ${JSON.stringify([{ id: assetId }])}::jsonb`,
    );
  const { count } = await running
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const rows = count === 0 ? [] : await running.orderBy('device.id').limit(atMost).execute();
  return { count, first: rows.map(deviceOfRow) };
}
