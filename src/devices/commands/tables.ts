import { tables, type JsonColumn, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';

export const commandStates = [
  'queued',
  'sent',
  'notNow',
  'acknowledged',
  'error',
  'formatError',
  'canceled',
] as const;
export type CommandState = (typeof commandStates)[number];

interface CommandTable {
  organization_id: Id;
  id: Id;
  device_id: Id;
  /** Which of the device's channels it goes by. */
  channel: string;
  /** What the platform calls it, such as `RestartDevice`. */
  type: string;
  /** What is sent, sealed: it can hold a PIN. */
  body: Buffer;
  is_urgent: boolean;
  state: CommandState;
  requested_by: string;
  created_at: Date;
  sent_at: Date | null;
  not_now_since: Date | null;
  not_now_count: number;
  finished_at: Date | null;
  answer: JsonColumn<JsonObject> | null;
  error: string | null;
}

export type CommandRow = Selectable<CommandTable>;

export function commandTables(reader: Reader) {
  return tables<{ devices_command: CommandTable }>(reader);
}
