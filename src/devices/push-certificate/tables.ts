import { tables, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { UploadStatus } from './stored-certificate.ts';

/** One key and the signing request made with it. None is ever deleted: a certificate may be uploaded for any of them. */
interface PushKeyTable {
  organization_id: Id;
  /** SHA-256 of the public key. */
  fingerprint: string;
  /** From 1, in the order in which they were made. */
  number: number;
  private_key: Buffer;
  signing_request: string;
  created_at: Date;
}

export interface PushCertificateTable {
  organization_id: Id;
  id: Id;
  apple_identifier: string | null;
  key_fingerprint: string;
  certificate: string;
  topic: string;
  serial_number: string;
  not_before: Date;
  expires_at: Date;
  upload_status: UploadStatus | null;
  upload_failure_reason: string | null;
  uploaded_at: Date;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface PushTables {
  devices_push_key: PushKeyTable;
  devices_push_certificate: PushCertificateTable;
}

export function pushTables(reader: Reader) {
  return tables<PushTables>(reader);
}
