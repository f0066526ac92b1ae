import { invalidInput } from '../kernel/fault.ts';
import { audit, type WriteContext } from '../tenancy/index.ts';
import { faultOfReference, targetOf } from './change-device.ts';
import type { Device } from './device.ts';
import { changeableColumns } from './device-row.ts';
import { devicesTables } from './tables.ts';

/** What a new device is known by. Everything but the platform may come later. */
export type NewDevice = Pick<Device, 'platform'> &
  Partial<Omit<Device, 'platform' | 'id' | 'stateHistory' | 'revision' | 'createdAt' | 'updatedAt'>> & {
    /** Why the device has its first state. */
    readonly reason?: string;
  };

export const longestDisplayName = 128;

/** Creates a device. It enters in state `ACTIVE` unless told otherwise. Faults: `invalidInput`. */
export async function createDevice(context: WriteContext, input: NewDevice): Promise<Device> {
  const { db, scope, now, newId } = context;
  const { reason = 'initial-enrollment', ...known } = input;
  const { displayName = null, state = 'ACTIVE' } = known;
  if (displayName !== null && displayName.length > longestDisplayName) {
    throw invalidInput([
      { path: 'displayName', message: `must not have more than ${longestDisplayName} characters` },
    ]);
  }
  const device: Device = {
    id: newId(),
    subType: 'device',
    state,
    stateHistory: [{ state, date: now.toISOString(), config: { reason } }],
    displayName,
    tags: [],
    user: null,
    segment: 0,
    platformId: null,
    serialNumber: null,
    imei: null,
    config: {},
    configDates: {},
    customConfig: {},
    summary: {},
    scripts: [],
    lastLocation: {},
    refreshInfoNeeded: [],
    enrolledAt: null,
    lastStatusReportAt: null,
    ...known,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  try {
    await devicesTables(db)
      .insertInto('devices_device')
      .values({
        ...changeableColumns(device),
        organization_id: scope.organization.id,
        id: device.id,
        platform: device.platform,
        sub_type: device.subType,
        platform_id: device.platformId,
        serial_number: device.serialNumber,
        imei: device.imei,
        config: JSON.stringify(device.config),
        config_dates: JSON.stringify(device.configDates),
        custom_config: JSON.stringify(device.customConfig),
        summary: JSON.stringify(device.summary),
        last_location: JSON.stringify(device.lastLocation),
        refresh_info_needed: [...device.refreshInfoNeeded],
        enrolled_at: device.enrolledAt,
        last_status_report_at: device.lastStatusReportAt,
        created_at: device.createdAt,
      })
      .execute();
  } catch (error) {
    throw faultOfReference(error);
  }
  context.touched.devices.add(device.id);
  await audit(context, {
    action: `${device.platform}.device.create`,
    target: targetOf(device),
    before: null,
    after: device,
  });
  return device;
}
