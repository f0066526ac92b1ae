import { preparing, sql, type Reader } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { Device, DeviceKey, Platform } from './device.ts';
import { deviceOfRow, selectDevices, type DeviceRow } from './device-row.ts';

/** A device of one organization and platform, as a caller names it. */
export interface WantedDevice {
  readonly organizationId: Id;
  readonly platform: Platform;
  readonly key: DeviceKey;
}

/**
 * Finds devices of any organizations, one answer for each that is wanted. An id finds the device in any state. A serial number or IMEI
 * finds the newest device that has it and is not deleted. One statement for ids, another for what is no id of a device.
 */
export async function loadDevices(
  reader: Reader,
  wanted: readonly WantedDevice[],
): Promise<(Device | undefined)[]> {
  const byId = await rowsByIds(reader, wanted);
  const found = wanted.map(({ organizationId, platform, key }) => {
    const row = key.id && byId.get(`${organizationId} ${key.id}`);
    return row && row.platform === platform ? row : undefined;
  });
  const named = wanted.filter((_, index) => !found[index]);
  const newestFirst = await rowsBySerialOrImei(reader, named);
  return wanted.map((item, index) => {
    const row = found[index] ?? newestFirst.find((candidate) => isNamed(candidate, item));
    return row && deviceOfRow(row);
  });
}

/** The devices among these ids that the organization has, in one statement. */
export async function devicesByIds({ db, scope }: ReadContext, ids: readonly Id[]): Promise<Map<Id, Device>> {
  if (ids.length === 0) return new Map();
  const rows = await selectDevices(preparing(db))
    .where('device.organization_id', '=', scope.organization.id)
    .where('device.id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, deviceOfRow(row)]));
}

async function rowsByIds(reader: Reader, wanted: readonly WantedDevice[]): Promise<Map<string, DeviceRow>> {
  const withId = wanted.filter(({ key }) => key.id !== undefined);
  if (withId.length === 0) return new Map();
  const organizations = [...new Set(withId.map(({ organizationId }) => organizationId))];
  const ids = withId.map(({ key }) => key.id);
  const rows = await selectDevices(reader)
    .where('device.organization_id', '=', sql<Id>`any(${organizations}::uuid[])`)
    .where('device.id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [`${row.organization_id} ${row.id}`, row]));
}

async function rowsBySerialOrImei(reader: Reader, wanted: readonly WantedDevice[]): Promise<DeviceRow[]> {
  if (wanted.length === 0) return [];
  const organizations = [...new Set(wanted.map(({ organizationId }) => organizationId))];
  const texts = wanted.map(({ key }) => key.text);
  return selectDevices(reader)
    .where('device.organization_id', '=', sql<Id>`any(${organizations}::uuid[])`)
    .where((where) =>
      where.or([
        where('device.serial_number', '=', sql<string>`any(${texts}::text[])`),
        where('device.imei', '=', sql<string>`any(${texts}::text[])`),
      ]),
    )
    .where('device.state', '!=', 'DELETED')
    .orderBy('device.id', 'desc')
    .execute();
}

function isNamed(row: DeviceRow, { organizationId, platform, key }: WantedDevice): boolean {
  return (
    row.organization_id === organizationId &&
    row.platform === platform &&
    (row.serial_number === key.text || row.imei === key.text)
  );
}
