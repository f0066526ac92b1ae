import { tables, type JsonColumn, type Reader } from '../../database/index.ts';
import type { DeviceSummary, Platform } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { PoliciesTables } from '../tables.ts';

/** With the parts of devices and users that statuses are read with, so that policy and device are one statement. */
interface StatusTables extends PoliciesTables {
  devices_device: {
    organization_id: Id;
    id: Id;
    platform: Platform;
    display_name: string | null;
    serial_number: string | null;
    user_id: Id | null;
    config: JsonColumn<JsonObject>;
    summary: JsonColumn<DeviceSummary>;
    last_status_report_at: Date | null;
  };
  directory_user: { organization_id: Id; id: Id; email: string; name: string | null };
}

export function statusTables(reader: Reader) {
  return tables<StatusTables>(reader);
}
