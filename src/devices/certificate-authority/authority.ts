import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { shared, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import { Secret } from '../../kernel/secret.ts';
import { audit, type ReadContext, type WriteContext } from '../../tenancy/index.ts';
import { issueAuthority } from './certificate.ts';
import { certificateTables } from './tables.ts';

/** An organization's own authority, which issues its devices' certificates. */
export interface CertificateAuthority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** A read, and a change after it: making a key takes a good part of a second, in which no transaction should be open. */
export interface ReadThenChange {
  readonly read: ReadContext;
  readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
}

const day = 86_400_000;
export const period = 3_650 * day;
/** Clocks of devices that are a little behind accept a new certificate too. */
export const backdated = 3_600_000;

/** The certificate of an organization's authority; undefined while it has none. */
export async function authorityCertificate(
  db: Reader,
  organizationId: Id,
): Promise<X509Certificate | undefined> {
  const row = await certificateTables(db)
    .selectFrom('devices_certificate_authority')
    .select('certificate')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row && new X509Certificate(row.certificate);
}

/** The organization's authority, with its key; undefined while it has none. */
export async function findAuthority(context: WriteContext): Promise<CertificateAuthority | undefined> {
  const { db, scope, secrets } = context;
  const row = await certificateTables(db)
    .selectFrom('devices_certificate_authority')
    .select(['certificate', 'private_key'])
    .where('organization_id', '=', scope.organization.id)
    .executeTakeFirst();
  if (!row) return undefined;
  const key = secrets.open(row.private_key, purposeOf(scope.organization.id));
  return { certificate: new X509Certificate(row.certificate), key: createPrivateKey(key.reveal()) };
}

/** The organization's authority. The first call makes it. */
export async function certificateAuthority({ read, change }: ReadThenChange): Promise<CertificateAuthority> {
  const { id } = read.scope.organization;
  const exists = await authorityCertificate(read.db, id);
  const key = exists ? undefined : await shared(read.db, `key of the authority of ${id}`, newKey);
  return change(async (context) => {
    if (key) await addAuthority(context, key);
    return (await findAuthority(context))!;
  });
}

/** Does nothing when somebody else was faster. */
async function addAuthority(context: WriteContext, key: KeyObject): Promise<void> {
  const { db, scope, now, secrets } = context;
  const notBefore = new Date(now.getTime() - backdated);
  const certificate = issueAuthority(key, {
    organization: scope.organization.name,
    notBefore,
    notAfter: new Date(notBefore.getTime() + period),
    randomSerial: randomBytes(16),
  });
  const pem = new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString());
  const { numInsertedOrUpdatedRows } = await certificateTables(db)
    .insertInto('devices_certificate_authority')
    .values({
      organization_id: scope.organization.id,
      certificate: Buffer.from(certificate),
      private_key: secrets.seal(pem, purposeOf(scope.organization.id)),
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return;
  const { fingerprint256, validToDate } = new X509Certificate(certificate);
  await audit(context, {
    action: 'certificateAuthority.create',
    target: { type: 'certificateAuthority', id: scope.organization.id },
    before: null,
    after: { fingerprint: fingerprint256, notAfter: validToDate },
  });
}

export async function newKey(): Promise<KeyObject> {
  // Good for longer than the ten years (NIST SP 800-57), where 2048 bits are not.
  return (await promisify(generateKeyPair)('rsa', { modulusLength: 3_072 })).privateKey;
}

function purposeOf(organizationId: Id): string {
  return `devices_certificate_authority.private_key:${organizationId}`;
}
