import { tables, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';

interface CertificateAuthorityTable {
  organization_id: Id;
  /** DER. */
  certificate: Buffer;
  /** PKCS#8 as PEM, sealed. */
  private_key: Buffer;
  created_at: Date;
}

/** Whom PCs trust, above the authority. */
interface CertificateRootTable {
  organization_id: Id;
  /** DER. */
  certificate: Buffer;
  /** PKCS#8 as PEM, sealed. */
  private_key: Buffer;
  /** The authority's certificate by this root, DER. */
  intermediate: Buffer;
  created_at: Date;
}

/** A certificate that the authority has issued. None is ever deleted. */
interface CertificateTable {
  organization_id: Id;
  /** Upper-case hex. */
  serial_number: string;
  /** DER. */
  certificate: Buffer;
  /** SHA-256 of the certificate. */
  fingerprint: Buffer;
  /** SHA-256 of the SubjectPublicKeyInfo. */
  key_fingerprint: Buffer;
  common_name: string;
  not_before: Date;
  not_after: Date;
  enrollment_id: Id;
  /** SHA-256 of the challenge that it was issued for; null for a renewal, and where the device showed the secret of its enrolment. */
  challenge_hash: Buffer | null;
  /** Serial number of the certificate whose place it takes. */
  renews: string | null;
  revoked_at: Date | null;
  created_at: Date;
}

interface CertificateAuthorityTables {
  devices_certificate_authority: CertificateAuthorityTable;
  devices_certificate_root: CertificateRootTable;
  devices_certificate: CertificateTable;
}

export type CertificateRow = Selectable<CertificateTable>;

export function certificateTables(reader: Reader) {
  return tables<CertificateAuthorityTables>(reader);
}
