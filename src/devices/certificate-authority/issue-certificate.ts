import { createHash, randomBytes, X509Certificate, type KeyObject } from 'node:crypto';
import type { Reader } from '../../database/index.ts';
import { distinguishedName } from '../../kernel/certificate.ts';
import { Fault } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../../tenancy/index.ts';
import { backdated, type CertificateAuthority } from './authority.ts';
import { issueDeviceCertificate, subjectOf } from './certificate.ts';
import { certificateTables, type CertificateRow } from './tables.ts';

/** A certificate that the organization's authority has issued to a device. */
export interface IssuedCertificate {
  /** Upper-case hex. */
  readonly serialNumber: string;
  readonly certificate: X509Certificate;
  /** SHA-256. */
  readonly fingerprint: Buffer;
  readonly keyFingerprint: Buffer;
  readonly commonName: string;
  readonly enrollmentId: Id;
  readonly revokedAt: Date | null;
}

/**
 * What entitles a device to a certificate: a challenge, by its SHA-256; the secret of an enrolment, which the device has shown itself, so that
 * it is known already; or the certificate that it has.
 */
export type Entitlement =
  | { readonly challengeHash: Buffer; readonly enrollmentId: Id }
  | { readonly deviceId: Id; readonly enrollmentId: Id }
  | { readonly renewed: IssuedCertificate };

const day = 86_400_000;
const period = 365 * day;

/**
 * Issues a certificate for a public key, of which the caller has seen that the device has the private one. It is valid for a year, and no
 * longer than the authority's. What it calls the device a later one in its place calls it too.
 */
export async function issueCertificate(
  context: WriteContext,
  authority: CertificateAuthority,
  publicKey: KeyObject,
  entitlement: Entitlement,
): Promise<IssuedCertificate> {
  const { db, scope, now } = context;
  const { validFromDate, validToDate } = authority.certificate;
  const notBefore = new Date(Math.max(now.getTime() - backdated, validFromDate.getTime()));
  const notAfter = new Date(Math.min(now.getTime() + period, validToDate.getTime()));
  if (notAfter <= now)
    throw new Fault('unavailable', "The organization's certificate authority has expired.");
  const { commonName, subject } = namesFor(context, entitlement);
  const der = issueDeviceCertificate(authority, {
    subject,
    publicKey,
    notBefore,
    notAfter,
    randomSerial: randomBytes(16),
  });
  const certificate = new X509Certificate(der);
  const renewed = 'renewed' in entitlement ? entitlement.renewed : undefined;
  const row: CertificateRow = {
    organization_id: scope.organization.id,
    serial_number: certificate.serialNumber,
    certificate: Buffer.from(der),
    fingerprint: sha256(der),
    key_fingerprint: fingerprintOfKey(publicKey),
    common_name: commonName,
    not_before: certificate.validFromDate,
    not_after: certificate.validToDate,
    enrollment_id: 'renewed' in entitlement ? entitlement.renewed.enrollmentId : entitlement.enrollmentId,
    challenge_hash: 'challengeHash' in entitlement ? entitlement.challengeHash : null,
    renews: renewed?.serialNumber ?? null,
    revoked_at: null,
    created_at: now,
  };
  await certificateTables(db).insertInto('devices_certificate').values(row).execute();
  await audit(context, {
    action: 'certificate.issue',
    target: { type: 'certificate', id: row.serial_number, name: commonName },
    before: null,
    after: {
      fingerprint: certificate.fingerprint256,
      notAfter: row.not_after,
      enrollmentId: row.enrollment_id,
      renews: row.renews,
    },
  });
  return certificateOfRow(row);
}

function namesFor(
  { scope, newId }: WriteContext,
  entitlement: Entitlement,
): { readonly commonName: string; readonly subject: ReturnType<typeof subjectOf> } {
  if ('renewed' in entitlement) {
    const { commonName, certificate } = entitlement.renewed;
    return { commonName, subject: subjectOf(certificate) };
  }
  if ('deviceId' in entitlement) {
    // PCs look for their certificate by its whole name.
    const commonName = hexOfId(entitlement.deviceId);
    return { commonName, subject: distinguishedName({ commonName }) };
  }
  const commonName = `device ${hexOfId(newId())}`;
  return {
    commonName,
    subject: distinguishedName({ organizationName: scope.organization.name, commonName }),
  };
}

/** What was issued for a challenge or, for a key, in place of a certificate. Undefined when nothing was. */
export async function findCertificateFor(
  context: ReadContext,
  entitlement:
    | { readonly challengeHash: Buffer }
    | { readonly renewed: IssuedCertificate; readonly publicKey: KeyObject },
): Promise<IssuedCertificate | undefined> {
  const query = selectCertificates(context);
  const row = await (
    'renewed' in entitlement
      ? query
          .where('renews', '=', entitlement.renewed.serialNumber)
          .where('key_fingerprint', '=', fingerprintOfKey(entitlement.publicKey))
      : query.where('challenge_hash', '=', entitlement.challengeHash)
  ).executeTakeFirst();
  return row && certificateOfRow(row);
}

/**
 * The certificate with exactly these bytes, this SHA-256 or this serial number, if the organization's authority issued it. Whoever asks for the same at the
 * same time waits.
 */
export async function lockCertificate(
  context: WriteContext,
  named: { readonly der: Uint8Array } | { readonly fingerprint: Buffer } | { readonly serialNumber: string },
): Promise<IssuedCertificate | undefined> {
  const query = selectCertificates(context);
  const row = await (
    'serialNumber' in named
      ? query.where('serial_number', '=', named.serialNumber)
      : query.where('fingerprint', '=', 'der' in named ? sha256(named.der) : named.fingerprint)
  )
    .forUpdate()
    .executeTakeFirst();
  return row && certificateOfRow(row);
}

/** Whose authority issued the certificate with this SHA-256; undefined for one of somebody else. */
export async function organizationOfCertificate(db: Reader, fingerprint: Buffer): Promise<Id | undefined> {
  const row = await certificateTables(db)
    .selectFrom('devices_certificate')
    .select('organization_id')
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst();
  return row?.organization_id;
}

/** SHA-256 of a public key's SubjectPublicKeyInfo. */
export function fingerprintOfKey(publicKey: KeyObject): Buffer {
  return sha256(publicKey.export({ type: 'spki', format: 'der' }));
}

function selectCertificates({ db, scope }: ReadContext) {
  return certificateTables(db)
    .selectFrom('devices_certificate')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
}

function certificateOfRow(row: CertificateRow): IssuedCertificate {
  return {
    serialNumber: row.serial_number,
    certificate: new X509Certificate(row.certificate),
    fingerprint: row.fingerprint,
    keyFingerprint: row.key_fingerprint,
    commonName: row.common_name,
    enrollmentId: row.enrollment_id,
    revokedAt: row.revoked_at,
  };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
