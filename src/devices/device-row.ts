import type { Reader, Selectable } from '../database/index.ts';
import { rootSegmentId } from '../directory/index.ts';
import type { Device } from './device.ts';
import { devicesTables, type DevicesTables } from './tables.ts';

export type DeviceRow = Selectable<DevicesTables['devices_device']> & { readonly user_email: string | null };

/** Devices with the email of their user. */
export function selectDevices(reader: Reader) {
  return devicesTables(reader)
    .selectFrom('devices_device as device')
    .leftJoin('directory_user as user', (join) =>
      join
        .onRef('user.organization_id', '=', 'device.organization_id')
        .onRef('user.id', '=', 'device.user_id'),
    )
    .selectAll('device')
    .select('user.email as user_email');
}

export function deviceOfRow(row: DeviceRow): Device {
  return {
    id: row.id,
    platform: row.platform,
    subType: row.sub_type,
    state: row.state,
    stateHistory: row.state_history,
    displayName: row.display_name,
    tags: row.tags,
    user: row.user_id === null ? null : { id: row.user_id, email: row.user_email! },
    segment: row.segment_id ?? rootSegmentId,
    platformId: row.platform_id,
    serialNumber: row.serial_number,
    imei: row.imei,
    config: row.config,
    configDates: row.config_dates,
    customConfig: row.custom_config,
    summary: row.summary,
    scripts: row.scripts,
    lastLocation: row.last_location,
    refreshInfoNeeded: row.refresh_info_needed,
    enrolledAt: row.enrolled_at,
    lastStatusReportAt: row.last_status_report_at,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The columns that an administrator's change can touch. */
export function changeableColumns(device: Device) {
  return {
    state: device.state,
    state_history: JSON.stringify(device.stateHistory),
    display_name: device.displayName,
    tags: [...device.tags],
    user_id: device.user?.id ?? null,
    segment_id: device.segment === rootSegmentId ? null : device.segment,
    scripts: JSON.stringify(device.scripts),
    revision: device.revision,
    updated_at: device.updatedAt,
  };
}
