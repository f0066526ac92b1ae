import { Secret } from '../../kernel/secret.ts';
import { audit, type ReadContext, type SecretBox, type WriteContext } from '../../tenancy/index.ts';
import { makeSigningRequest, type SigningRequest } from './signing-request.ts';
import { pushTables } from './tables.ts';

/** A read, and a change after it: making a key takes a tenth of a second, in which no transaction should be open. */
export interface ReadThenChange {
  readonly read: ReadContext;
  readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
}

/**
 * The PEM of the organization's newest signing request. The first call makes it, and every later one gets the same until
 * `newSigningRequest` makes another.
 */
export async function signingRequest({ read, change }: ReadThenChange): Promise<string> {
  const newest = await newestRequest(read);
  if (newest) return newest.signing_request;
  const made = await make(read);
  return change(async (context) => {
    const added = await addRequest(context, made, 1);
    return added ? made.signingRequestPem : (await newestRequest(context))!.signing_request;
  });
}

/** The PEM of a signing request with a new key. Certificates for older requests can still be uploaded. */
export async function newSigningRequest({ read, change }: ReadThenChange): Promise<string> {
  const made = await make(read);
  await change(async (context) => {
    let added = false;
    while (!added) {
      const newest = await newestRequest(context);
      added = await addRequest(context, made, (newest?.number ?? 0) + 1);
    }
  });
  return made.signingRequestPem;
}

/** The fingerprints of all keys that the organization has. */
export async function keptFingerprints({ db, scope }: ReadContext): Promise<{ fingerprint: string }[]> {
  return pushTables(db)
    .selectFrom('devices_push_key')
    .select('fingerprint')
    .where('organization_id', '=', scope.organization.id)
    .execute();
}

/** Opens the private key in a row of `devices_push_key`: PKCS#8 as PEM. */
export function openPrivateKey(
  sealed: Buffer,
  fingerprint: string,
  { scope }: ReadContext,
  secrets: SecretBox,
): Secret {
  return secrets.open(sealed, purposeOf(scope.organization.id, fingerprint));
}

function make({ scope }: ReadContext): Promise<SigningRequest> {
  return makeSigningRequest({ commonName: scope.organization.name });
}

async function newestRequest({ db, scope }: ReadContext) {
  return pushTables(db)
    .selectFrom('devices_push_key')
    .select(['signing_request', 'number'])
    .where('organization_id', '=', scope.organization.id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** False when there is a request with this number already. */
async function addRequest(context: WriteContext, made: SigningRequest, number: number): Promise<boolean> {
  const { db, scope, now, secrets } = context;
  const fingerprint = made.publicKeyFingerprint;
  const { numInsertedOrUpdatedRows } = await pushTables(db)
    .insertInto('devices_push_key')
    .values({
      organization_id: scope.organization.id,
      fingerprint,
      number,
      private_key: secrets.seal(
        new Secret(made.privateKeyPem),
        purposeOf(scope.organization.id, fingerprint),
      ),
      signing_request: made.signingRequestPem,
      created_at: now,
    })
    .onConflict((conflict) => conflict.constraint('devices_push_key_number').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await audit(context, {
    action: 'pushCertificate.update',
    target: { type: 'pushSigningRequest', id: fingerprint },
    before: null,
    after: { number, publicKeyFingerprint: fingerprint },
  });
  return true;
}

function purposeOf(organizationId: string, fingerprint: string): string {
  return `devices_push_key.private_key:${organizationId}/${fingerprint}`;
}
