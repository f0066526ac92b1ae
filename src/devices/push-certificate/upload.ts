import { retryWakes } from '../apple-channels/index.ts';
import { requireRevision } from '../../kernel/etag.ts';
import { Fault, invalidInput } from '../../kernel/fault.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { checkPushCertificate, readPushCertificate, type PushCertificate } from './certificate.ts';
import { keptFingerprints } from './signing-requests.ts';
import { certificateOfRow, selectCertificate, type StoredPushCertificate } from './stored-certificate.ts';
import { pushTables } from './tables.ts';

export interface PushCertificateChange {
  /** The PEM file that Apple's portal gave out. */
  readonly certificatePem?: string;
  readonly appleIdentifier?: string | null;
}

const appleIdentifierLimit = 256;

/**
 * Changes what is given and leaves the rest. A certificate must belong to one of the organization's signing requests and be in date.
 * One with another topic is accepted, with a warning in the audit event and in the answer. The first call has to bring a certificate.
 * Faults: `invalidInput` (at `certificate` or `appleIdentifier`; the stored certificate stays), `preconditionFailed`.
 */
export async function uploadPushCertificate(
  context: WriteContext,
  change: PushCertificateChange,
  ifMatch?: readonly number[],
): Promise<StoredPushCertificate> {
  const { db, scope, now } = context;
  requireAppleIdentifier(change.appleIdentifier);
  const sent = change.certificatePem === undefined ? undefined : readPushCertificate(change.certificatePem);
  const stored = await selectCertificate(context).forUpdate().executeTakeFirst();
  if (!stored) return uploadFirst(context, change, sent, ifMatch);

  requireRevision(ifMatch, stored.revision);
  const { appleIdentifier = stored.apple_identifier } = change;
  if (!sent && appleIdentifier === stored.apple_identifier) return certificateOfRow(stored);
  const upload = sent && (await acceptedUpload(context, sent, stored.topic));
  const row = await pushTables(db)
    .updateTable('devices_push_certificate')
    .set({
      ...upload?.columns,
      apple_identifier: appleIdentifier,
      revision: stored.revision + 1,
      updated_at: now,
    })
    .where('organization_id', '=', scope.organization.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const certificate = certificateOfRow(row);
  // What the one before could not wake this one may.
  if (sent) await retryWakes(context);
  await auditUpload(context, certificateOfRow(stored), certificate, upload?.warning);
  return certificate;
}

async function uploadFirst(
  context: WriteContext,
  change: PushCertificateChange,
  sent?: PushCertificate,
  ifMatch?: readonly number[],
): Promise<StoredPushCertificate> {
  const { db, scope, now, newId } = context;
  if (!sent) {
    throw invalidInput([
      {
        path: 'certificate',
        message: 'is required, because no push certificate was uploaded yet: send the PEM file',
      },
    ]);
  }
  if (ifMatch) {
    throw new Fault(
      'preconditionFailed',
      'There is no push certificate yet, so it has no entity tag. Repeat the request without If-Match.',
    );
  }
  const { columns } = await acceptedUpload(context, sent, undefined);
  const row = await pushTables(db)
    .insertInto('devices_push_certificate')
    .values({
      organization_id: scope.organization.id,
      id: newId(),
      apple_identifier: change.appleIdentifier ?? null,
      ...columns,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .returningAll()
    .executeTakeFirst();
  // Another first upload was faster; this one replaces it.
  if (!row) return uploadPushCertificate(context, change, ifMatch);
  const certificate = certificateOfRow(row);
  await auditUpload(context, null, certificate, undefined);
  return certificate;
}

function requireAppleIdentifier(appleIdentifier: string | null | undefined): void {
  if (Array.from(appleIdentifier ?? '').length <= appleIdentifierLimit) return;
  throw invalidInput([
    { path: 'appleIdentifier', message: `must not have more than ${appleIdentifierLimit} characters` },
  ]);
}

async function acceptedUpload(
  context: WriteContext,
  sent: PushCertificate,
  currentTopic: string | undefined,
) {
  const { matchedFingerprint, warning } = checkPushCertificate(sent, {
    now: context.now,
    acceptedFingerprints: await keptFingerprints(context),
    currentTopic,
  });
  const columns = {
    key_fingerprint: matchedFingerprint,
    certificate: sent.pem,
    topic: sent.topic,
    serial_number: sent.serialNumber,
    not_before: sent.notBefore,
    expires_at: sent.notAfter,
    upload_status: warning === undefined ? null : ('topicChanged' as const),
    upload_failure_reason: warning ?? null,
    uploaded_at: context.now,
  };
  return { columns, warning };
}

function auditUpload(
  context: WriteContext,
  before: StoredPushCertificate | null,
  after: StoredPushCertificate,
  warning: string | undefined,
): Promise<void> {
  return audit(context, {
    action: 'pushCertificate.update',
    target: { type: 'pushCertificate', id: after.id, name: after.topic },
    before: before && audited(before),
    after: audited(after),
    warning,
  });
}

function audited({
  appleIdentifier,
  topic,
  serialNumber,
  notBefore,
  expiresAt,
}: StoredPushCertificate): object {
  return { appleIdentifier, topic, serialNumber, notBefore, expiresAt };
}
