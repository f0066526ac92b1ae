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

interface GroupDeviceTable {
  organization_id: Id;
  group_id: Id;
  device_id: Id;
}

/** The parts of the directory's tables that devices are read with, so that it takes one statement. */
interface UserOfDeviceTable {
  organization_id: Id;
  id: Id;
  email: string;
}

interface GroupOfDeviceTable {
  organization_id: Id;
  id: Id;
  display_name: string;
}

interface GroupUserTable {
  organization_id: Id;
  group_id: Id;
  user_id: Id;
}

export interface DevicesTables {
  devices_device: DeviceTable;
  devices_group_device: GroupDeviceTable;
  directory_user: UserOfDeviceTable;
  directory_group: GroupOfDeviceTable;
  directory_group_user: GroupUserTable;
}

export function devicesTables(reader: Reader) {
  return tables<DevicesTables>(reader);
}
