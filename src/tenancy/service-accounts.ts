import { createHash } from 'node:crypto';
import { brokenUniqueConstraint } from '../database/index.ts';
import { Fault, invalidInput, notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { Secret } from '../kernel/secret.ts';
import { audit } from './audit.ts';
import type { Permission } from './permissions.ts';
import type { ListPart, ReadContext, WriteContext } from './scope.ts';
import { tenancyTables } from './tables.ts';

export interface Token {
  readonly id: Id;
  readonly serviceAccount: { readonly id: Id; readonly name: string };
  readonly permissions: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewToken {
  /** The service account's name; the account is made when the organization has none of that name. */
  readonly serviceAccount: string;
  readonly permissions: readonly Permission[];
  readonly expiresAt: Date | null;
  /** The token's clear text: at least 8 characters of a bearer token, random. Only its SHA-256 is stored. */
  readonly token: Secret;
}

const nameLimit = 128;

/** What may stand behind `Bearer` (RFC 6750, section 2.1), within reason. */
export const bearerShape = /^[\w.~+/=-]{8,8192}$/;

/** Tells a JSON web token from a service account's token. */
export function isJsonWebToken(token: string): boolean {
  return /^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(token);
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A new token's text: 256 random bits behind a prefix that secret scanners can look for. */
export function newTokenText(randomBytes: (length: number) => Buffer): Secret {
  return new Secret(`mst_${randomBytes(32).toString('base64url')}`);
}

/**
 * Creates a bearer token for a service account. A caller cannot give away permissions that it lacks.
 * Faults: `invalidInput`, `forbidden`, `alreadyExists` (the token's text).
 */
export async function createToken(context: WriteContext, input: NewToken): Promise<Token> {
  const { db, scope, now, newId } = context;
  const name = input.serviceAccount.trim();
  if (name === '' || name.length > nameLimit) {
    throw invalidInput([{ path: 'serviceAccount', message: `must have 1 to ${nameLimit} characters` }]);
  }
  const text = input.token.reveal();
  if (!bearerShape.test(text) || isJsonWebToken(text)) {
    const message = 'must have at least 8 characters, letters, digits and -._~+/= alone, and be no JWT';
    throw invalidInput([{ path: 'token', message }]);
  }
  if (input.expiresAt && input.expiresAt <= now) {
    throw invalidInput([{ path: 'expiresAt', message: 'must be in the future' }]);
  }
  refuseGivingAway(context, input.permissions);
  const account = await tenancyTables(db)
    .insertInto('tenancy_service_account')
    .values({ organization_id: scope.organization.id, id: newId(), name, created_at: now })
    .onConflict((conflict) =>
      conflict
        .constraint('tenancy_service_account_name')
        .doUpdateSet((set) => ({ name: set.ref('excluded.name') })),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  const token: Token = {
    id: newId(),
    serviceAccount: { id: account.id, name },
    permissions: [...input.permissions],
    createdAt: now,
    expiresAt: input.expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  };
  try {
    await tenancyTables(db)
      .insertInto('tenancy_token')
      .values({
        organization_id: scope.organization.id,
        id: token.id,
        service_account_id: account.id,
        hash: hashToken(text),
        permissions: [...token.permissions],
        created_at: now,
        expires_at: token.expiresAt,
        last_used_at: null,
        revoked_at: null,
      })
      .execute();
  } catch (error) {
    if (brokenUniqueConstraint(error) === undefined) throw error;
    throw new Fault('alreadyExists', 'The same token exists already, here or in another organization.');
  }
  await audit(context, {
    action: 'serviceAccount.create',
    target: { type: 'token', id: token.id, name },
    before: null,
    after: { serviceAccount: name, permissions: token.permissions, expiresAt: token.expiresAt },
  });
  return token;
}

/** Refuses permissions that the caller does not have itself. The operator at the command line may give any. */
export function refuseGivingAway({ scope }: WriteContext, given: readonly Permission[]): void {
  const missing = given.filter((permission) => !scope.principal.permissions.has(permission));
  if (missing.length > 0) {
    throw new Fault('forbidden', `The caller lacks ${missing.join(', ')} and cannot give it to others.`, {
      accepted: missing,
    });
  }
}

/** The organization's tokens, oldest first: all of them, or one part. */
export async function listTokens({ db, scope }: ReadContext, part?: ListPart): Promise<Token[]> {
  let query = selectTokens(db, scope).orderBy('token.id');
  if (part) query = query.limit(part.limit);
  if (part?.after) query = query.where('token.id', '>', part.after);
  return (await query.execute()).map(tokenOfRow);
}

/** Revokes a token: it is refused from the next request on. Revoking it again changes nothing. Faults: `notFound`. */
export async function revokeToken(context: WriteContext, id: Id): Promise<Token> {
  const { db, scope, now } = context;
  const row = await selectTokens(db, scope).where('token.id', '=', id).forUpdate('token').executeTakeFirst();
  if (!row) throw notFound('Token', id);
  const before = tokenOfRow(row);
  if (before.revokedAt) return before;
  await tenancyTables(db)
    .updateTable('tenancy_token')
    .set({ revoked_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  const after = { ...before, revokedAt: now };
  await audit(context, {
    action: 'serviceAccount.remove',
    target: { type: 'token', id, name: before.serviceAccount.name },
    before,
    after,
  });
  return after;
}

function selectTokens(db: ReadContext['db'], scope: ReadContext['scope']) {
  return tenancyTables(db)
    .selectFrom('tenancy_token as token')
    .innerJoin('tenancy_service_account as account', (join) =>
      join
        .onRef('account.organization_id', '=', 'token.organization_id')
        .onRef('account.id', '=', 'token.service_account_id'),
    )
    .select([
      'token.id',
      'token.service_account_id',
      'account.name',
      'token.permissions',
      'token.created_at',
      'token.expires_at',
      'token.last_used_at',
      'token.revoked_at',
    ])
    .where('token.organization_id', '=', scope.organization.id);
}

function tokenOfRow(row: {
  id: Id;
  service_account_id: Id;
  name: string;
  permissions: string[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  revoked_at: Date | null;
}): Token {
  return {
    id: row.id,
    serviceAccount: { id: row.service_account_id, name: row.name },
    permissions: row.permissions,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
