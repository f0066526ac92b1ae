import { tables, type JsonColumn, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Device } from '../index.ts';

interface AgentTable {
  organization_id: Id;
  id: Id;
  device_id: Id;
  /** SHA-256 of the token. */
  token_hash: Buffer;
  version: string | null;
  os: string | null;
  created_at: Date;
  created_by: string;
  last_seen_at: Date | null;
  revoked_at: Date | null;
  /** Null until it asked for it. */
  told_configuration: JsonColumn<JsonObject> | null;
  configuration_confirmed: boolean;
}

export type ReportKind = 'location' | 'networkStatus';

interface ReportTable {
  organization_id: Id;
  device_id: Id;
  kind: ReportKind;
  id: Id;
  at: Date;
  reported_at: Date;
  content: JsonColumn<JsonObject>;
}

/** The part of the device's own table that says whether its agent is to be let in. */
interface StateOfDeviceTable {
  organization_id: Id;
  id: Id;
  state: Device['state'];
}

interface AgentTables {
  devices_agent: AgentTable;
  devices_agent_report: ReportTable;
  devices_device: StateOfDeviceTable;
}

export type AgentRow = Selectable<Omit<AgentTable, 'token_hash'>>;

export function agentTables(reader: Reader) {
  return tables<AgentTables>(reader);
}
