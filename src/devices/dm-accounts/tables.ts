import { tables, type JsonColumn, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { DmAccount } from './account.ts';

interface DmAccountTable {
  organization_id: Id;
  device_id: Id;
  /** What the PC calls itself: DeviceID of the enrolment, Source/LocURI of its messages. */
  dm_device_id: string;
  /** The same for all clones of an image, so it names no PC. */
  hardware_id: string | null;
  kind: DmAccount['kind'];
  state: DmAccount['state'];
  enrollment_id: Id;
  user_principal_name: string | null;
  /** SHA-256 of the certificate that the PC has now. */
  certificate_fingerprint: Buffer;
  /** Base64 of MD5(name:secret), sealed. */
  credential: Buffer;
  /** The PC's next digest is made with it. */
  nonce: Buffer;
  session: JsonColumn<JsonObject> | null;
  /** When the session's last message came. */
  session_at: Date | null;
  enrolled_at: Date;
  ended_at: Date | null;
  last_seen_at: Date | null;
  report_due_at: Date;
}

/** The parts of the certificates' table that accounts are read with. */
interface CertificateOfAccountTable {
  organization_id: Id;
  serial_number: string;
  fingerprint: Buffer;
  not_after: Date;
  /** Serial number of the certificate whose place it takes. */
  renews: string | null;
  revoked_at: Date | null;
}

interface DmAccountTables {
  devices_dm_account: DmAccountTable;
  devices_certificate: CertificateOfAccountTable;
}

export type DmAccountRow = Selectable<DmAccountTable>;

export type CertificateOfAccountRow = Omit<
  Selectable<CertificateOfAccountTable>,
  'organization_id' | 'renews'
> & {
  /** SHA-256 of the certificate whose place it takes. */
  readonly renewed: Buffer | null;
};

export function dmAccountTables(reader: Reader) {
  return tables<DmAccountTables>(reader);
}
