import { randomBytes, X509Certificate, type KeyObject } from 'node:crypto';
import { shared, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import { Secret } from '../../kernel/secret.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import {
  backdated,
  certificateAuthority,
  newKey,
  period,
  type CertificateAuthority,
  type ReadThenChange,
} from './authority.ts';
import { issueIntermediate, issueRoot } from './certificate.ts';
import { certificateTables } from './tables.ts';

/** An organization's authority as the intermediate of a root: PCs are given both, and trust what the root trusts. */
export interface AuthorityBelowRoot {
  readonly authority: CertificateAuthority;
  /** The authority's certificate by the root; it signs with the same key as by its own. */
  readonly intermediate: X509Certificate;
  readonly root: X509Certificate;
}

/**
 * The organization's authority with the root above it. The first call makes what is missing: an organization that has an authority keeps it, so
 * that the certificates of its devices stay good.
 */
export async function authorityBelowRoot(context: ReadThenChange): Promise<AuthorityBelowRoot> {
  const { read, change } = context;
  const authority = await certificateAuthority(context);
  const { id } = read.scope.organization;
  const known = await findRoot(read.db, id);
  if (known) return { authority, ...known };
  const key = await shared(read.db, `key of the root of ${id}`, newKey);
  return change(async (inside) => {
    await addRoot(inside, authority, key);
    return { authority, ...(await findRoot(inside.db, id))! };
  });
}

async function findRoot(
  db: Reader,
  organizationId: Id,
): Promise<Omit<AuthorityBelowRoot, 'authority'> | undefined> {
  const row = await certificateTables(db)
    .selectFrom('devices_certificate_root')
    .select(['certificate', 'intermediate'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return (
    row && { root: new X509Certificate(row.certificate), intermediate: new X509Certificate(row.intermediate) }
  );
}

/** Does nothing when somebody else was faster. The key is kept, so that the root can vouch for another authority when this one ends. */
async function addRoot(
  context: WriteContext,
  authority: CertificateAuthority,
  key: KeyObject,
): Promise<void> {
  const { db, scope, now, secrets } = context;
  const organizationId = scope.organization.id;
  const notBefore = new Date(now.getTime() - backdated);
  const notAfter = new Date(notBefore.getTime() + period);
  const root = new X509Certificate(
    issueRoot(key, {
      organization: scope.organization.name,
      notBefore,
      notAfter,
      randomSerial: randomBytes(16),
    }),
  );
  const intermediate = issueIntermediate({ certificate: root, key }, authority.certificate, {
    notBefore,
    notAfter: new Date(Math.min(notAfter.getTime(), authority.certificate.validToDate.getTime())),
    randomSerial: randomBytes(16),
  });
  const pem = new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString());
  const { numInsertedOrUpdatedRows } = await certificateTables(db)
    .insertInto('devices_certificate_root')
    .values({
      organization_id: organizationId,
      certificate: root.raw,
      private_key: secrets.seal(pem, `devices_certificate_root.private_key:${organizationId}`),
      intermediate: Buffer.from(intermediate),
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return;
  await audit(context, {
    action: 'certificateRoot.create',
    target: { type: 'certificateRoot', id: organizationId },
    before: null,
    after: { fingerprint: root.fingerprint256, notAfter: root.validToDate },
  });
}
