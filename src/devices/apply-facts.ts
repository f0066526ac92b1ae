import { isDeepStrictEqual } from 'node:util';
import { notFound } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import type { Device, DeviceSummary } from './device.ts';
import { devicesTables } from './tables.ts';

/** What a device tells about itself, and what was found when it was checked. What is absent it did not tell this time, or was not checked. */
export interface ReportedFacts extends Pick<
  DeviceSummary,
  'name' | 'os' | 'osVersion' | 'osVersionName' | 'battery' | 'supervised' | 'compliance' | 'details'
> {
  readonly platformId?: string;
  readonly serialNumber?: string;
  readonly imei?: string;
}

type Known = Pick<Device, 'summary' | 'platformId' | 'serialNumber' | 'imei'>;

/**
 * Keeps what a device tells; what it does not tell stays as it was. No administrator changed anything: there is no audit event, and the
 * revision stays, so that a report between reading and writing does not refuse an administrator's change. Faults: `notFound`.
 */
export async function applyFacts(context: WriteContext, deviceId: Id, facts: ReportedFacts): Promise<void> {
  const { db, scope, now } = context;
  const row = await devicesTables(db)
    .selectFrom('devices_device')
    .select(['summary', 'platform_id as platformId', 'serial_number as serialNumber', 'imei'])
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceId)
    .where('state', '!=', 'DELETED')
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('Device', hexOfId(deviceId));
  const after = withFacts(row, facts);
  const changes = !isDeepStrictEqual(after, row) && {
    summary: JSON.stringify(after.summary),
    platform_id: after.platformId,
    serial_number: after.serialNumber,
    imei: after.imei,
  };
  await devicesTables(db)
    .updateTable('devices_device')
    .set({ ...changes, last_status_report_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceId)
    .execute();
  if (decidesOtherwise(row, after)) context.touched.devices.add(deviceId);
}

function withFacts(
  before: Known,
  { platformId, serialNumber, imei, osVersionName, details, ...facts }: ReportedFacts,
): Known {
  const { osVersionName: formerName, ...former } = before.summary;
  // Not every version has a name, and none has its forerunner's.
  const name = facts.osVersion === undefined ? formerName : osVersionName;
  const summary = { ...former, ...facts, ...(name !== undefined && { osVersionName: name }) };
  return {
    platformId: platformId ?? before.platformId,
    serialNumber: serialNumber ?? before.serialNumber,
    imei: imei ?? before.imei,
    summary: details ? { ...summary, details: { ...summary.details, ...details } } : summary,
  };
}

/** Whether other policies may be meant for the device now, or other settings of them. */
function decidesOtherwise(before: Known, after: Known): boolean {
  return (
    before.serialNumber !== after.serialNumber ||
    before.summary.os !== after.summary.os ||
    before.summary.osVersion !== after.summary.osVersion ||
    before.summary.supervised !== after.summary.supervised
  );
}
