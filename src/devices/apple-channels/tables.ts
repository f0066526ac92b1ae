import { tables, type JsonColumn, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ChannelKind, ChannelState } from './channel.ts';
import type { WakeOutcome } from './wake.ts';

interface AppleChannelTable {
  organization_id: Id;
  id: string;
  device_id: Id;
  /** The channel of the device itself. */
  device_channel: string;
  kind: ChannelKind;
  user_short_name: string | null;
  user_long_name: string | null;
  state: ChannelState;
  /** SHA-256 of the certificate that the device talks with; users have none of their own. */
  certificate_fingerprint: Buffer | null;
  topic: string | null;
  push_magic: string | null;
  push_token: Buffer | null;
  token_updated_at: Date | null;
  /** Sealed. */
  unlock_token: Buffer | null;
  /** Sealed. */
  bootstrap_token: Buffer | null;
  awaiting_configuration: boolean;
  declarations_token: string | null;
  authenticated_at: Date;
  enrolled_at: Date | null;
  ended_at: Date | null;
  /** To the minute. */
  last_seen_at: Date;
  report_due_at: Date;
  /** How many parts of the inventory the device has told since then. */
  report_part: number;
  /** What the last wake-up was for. */
  woken_for: string | null;
  woken_at: Date | null;
  /** How often waking was tried in vain since it last succeeded. */
  wake_attempts: number;
  /** When waking is tried again after it failed; null when nothing stands in the way. */
  wake_due_at: Date | null;
  wake_outcome: JsonColumn<WakeOutcome> | null;
}

/** The parts of the certificates' table that channels are read with, so that it takes one statement. */
interface CertificateOfChannelTable {
  organization_id: Id;
  serial_number: string;
  fingerprint: Buffer;
  not_after: Date;
  renews: string | null;
  revoked_at: Date | null;
  enrollment_id: Id;
  /** The device's channel that it is bound to; null until a device says who it is with it. */
  channel: string | null;
}

interface AppleChannelTables {
  devices_apple_channel: AppleChannelTable;
  devices_certificate: CertificateOfChannelTable;
}

export type AppleChannelRow = Selectable<AppleChannelTable>;
export type CertificateOfChannelRow = Selectable<CertificateOfChannelTable>;

export function channelTables(reader: Reader) {
  return tables<AppleChannelTables>(reader);
}
