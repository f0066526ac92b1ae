import { anyOf, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { ReadContext, SecretBox } from '../../tenancy/index.ts';
import { openPrivateKey } from './signing-requests.ts';
import { pushTables, type PushCertificateTable } from './tables.ts';

/** What an administrator should know about the last upload. */
export type UploadStatus = 'topicChanged';

/** The push certificate in use: one for each organization. Its id stays when another certificate is uploaded. */
export interface StoredPushCertificate {
  readonly id: Id;
  /** A reminder of the Apple Account that made it. */
  readonly appleIdentifier: string | null;
  readonly topic: string;
  /** Upper-case hex. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly expiresAt: Date;
  /** Null after a healthy upload. */
  readonly uploadStatus: UploadStatus | null;
  /** The sentence that belongs to `uploadStatus`. */
  readonly uploadFailureReason: string | null;
  readonly uploadedAt: Date;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a connection to Apple's push service needs. */
export interface PushCredentials {
  readonly topic: string;
  readonly certificatePem: string;
  /** PKCS#8 as PEM. */
  readonly privateKeyPem: Secret;
  readonly expiresAt: Date;
}

/** The certificates of these organizations, in their order, in one statement; undefined where none was ever uploaded. */
export async function loadPushCertificates(
  db: Reader,
  organizationIds: readonly Id[],
): Promise<(StoredPushCertificate | undefined)[]> {
  const rows = await pushTables(db)
    .selectFrom('devices_push_certificate')
    .selectAll()
    .where('organization_id', '=', anyOf(organizationIds))
    .execute();
  const byOrganization = new Map(rows.map((row) => [row.organization_id, certificateOfRow(row)]));
  return organizationIds.map((id) => byOrganization.get(id));
}

/** Undefined when no certificate was ever uploaded. */
export async function getPushCertificate({
  db,
  scope,
}: ReadContext): Promise<StoredPushCertificate | undefined> {
  return (await loadPushCertificates(db, [scope.organization.id]))[0];
}

/** Certificate and private key in clear, for the connector to Apple; undefined when no certificate was ever uploaded. */
export async function pushCredentials(
  context: ReadContext,
  secrets: SecretBox,
): Promise<PushCredentials | undefined> {
  const { db, scope } = context;
  const row = await pushTables(db)
    .selectFrom('devices_push_certificate as certificate')
    .innerJoin('devices_push_key as key', (join) =>
      join
        .onRef('key.organization_id', '=', 'certificate.organization_id')
        .onRef('key.fingerprint', '=', 'certificate.key_fingerprint'),
    )
    .select([
      'certificate.topic',
      'certificate.certificate',
      'certificate.expires_at',
      'key.fingerprint',
      'key.private_key',
    ])
    .where('certificate.organization_id', '=', scope.organization.id)
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    topic: row.topic,
    certificatePem: row.certificate,
    privateKeyPem: openPrivateKey(row.private_key, row.fingerprint, context, secrets),
    expiresAt: row.expires_at,
  };
}

export function selectCertificate({ db, scope }: ReadContext) {
  return pushTables(db)
    .selectFrom('devices_push_certificate')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
}

export function certificateOfRow(row: Selectable<PushCertificateTable>): StoredPushCertificate {
  return {
    id: row.id,
    appleIdentifier: row.apple_identifier,
    topic: row.topic,
    serialNumber: row.serial_number,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    uploadStatus: row.upload_status,
    uploadFailureReason: row.upload_failure_reason,
    uploadedAt: row.uploaded_at,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
