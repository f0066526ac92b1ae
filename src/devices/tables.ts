import { tables, type JsonColumn, type Reader } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Device, DeviceState, DeviceSubType, Platform } from './device.ts';

interface DeviceTable {
  organization_id: Id;
  id: Id;
  platform: Platform;
  sub_type: DeviceSubType;
  state: DeviceState;
  state_history: JsonColumn<Device['stateHistory']>;
  display_name: string | null;
  tags: string[];
  user_id: Id | null;
  /** Null is the root. */
  segment_id: number | null;
  platform_id: string | null;
  serial_number: string | null;
  imei: string | null;
  config: JsonColumn<JsonObject>;
  config_dates: JsonColumn<Record<string, string>>;
  custom_config: JsonColumn<JsonObject>;
  summary: JsonColumn<Device['summary']>;
  scripts: JsonColumn<Device['scripts']>;
  last_location: JsonColumn<Device['lastLocation']>;
  refresh_info_needed: string[];
  enrolled_at: Date | null;
  last_status_report_at: Date | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

/** The part of the directory's table that a device is read with, so that device and user are one statement. */
interface UserOfDeviceTable {
  organization_id: Id;
  id: Id;
  email: string;
}

export interface DevicesTables {
  devices_device: DeviceTable;
  directory_user: UserOfDeviceTable;
}

export function devicesTables(reader: Reader) {
  return tables<DevicesTables>(reader);
}
