import { sql, type Database, type Reader } from '../database/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { Fault } from '../kernel/fault.ts';
import { gather } from '../kernel/gather.ts';
import type { Id } from '../kernel/id.ts';
import type { AccessTokens } from './access-tokens.ts';
import { organizationColumns, organizationOfRow } from './organizations.ts';
import { isPermission, type Permission } from './permissions.ts';
import type { Organization, Principal } from './scope.ts';
import { bearerShape, hashToken, isJsonWebToken } from './service-accounts.ts';
import { tenancyTables } from './tables.ts';

export interface Caller {
  readonly organization: Organization;
  readonly principal: Principal;
}

/** Tells who sends an `Authorization` header. Has a life: last uses that are being noted finish before `close` does. */
export interface Authenticator {
  /** Faults: `tokenMissing`, `tokenMalformed`, `tokenInvalid`, `tokenExpired`, `tokenWrongAudience`. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  close(): Promise<void>;
}

/** A token's last use is noted once a minute, not at every request. */
const noteUseAfter = 60_000;

/**
 * Tokens are looked up in the database at every request, so that a revocation counts at once; requests of one event-loop turn share
 * the statement.
 */
export function authenticator(services: {
  database: Database;
  accessTokens: AccessTokens;
  clock: Clock;
}): Authenticator {
  const { database, accessTokens, clock } = services;
  const notedUses = new Map<Id, Promise<void>>();
  const findToken = gather((hashes: readonly Buffer[]) => loadTokens(database.prepared, hashes));
  const findApplication = gather((clientIds: readonly string[]) =>
    loadApplications(database.prepared, clientIds),
  );

  async function byToken(text: string): Promise<Caller> {
    const row = await findToken(hashToken(text));
    if (!row || row.revoked_at) throw new Fault('tokenInvalid', 'The token is unknown or was revoked.');
    const now = clock();
    if (row.expires_at && row.expires_at <= now) throw new Fault('tokenExpired', 'The token has expired.');
    if (!row.last_used_at || now.getTime() - row.last_used_at.getTime() >= noteUseAfter) {
      noteUse(row.organization.id, row.token_id, now);
    }
    return {
      organization: row.organization,
      principal: {
        kind: 'serviceAccount',
        id: row.account_id,
        name: row.account_name,
        permissions: permissionSet(row.permissions),
      },
    };
  }

  async function byAccessToken(text: string): Promise<Caller> {
    const { tenantId, clientId } = await accessTokens.verify(text);
    const row = await findApplication(clientId);
    if (!row || row.organization.tenantId !== tenantId) {
      throw new Fault('tokenInvalid', 'The application of this access token was deleted.');
    }
    return {
      organization: row.organization,
      principal: {
        kind: 'application',
        id: row.application_id,
        name: row.application_name,
        permissions: permissionSet(row.permissions),
      },
    };
  }

  function noteUse(organizationId: Id, tokenId: Id, now: Date): void {
    if (notedUses.has(tokenId)) return;
    const noted = tenancyTables(database)
      .updateTable('tenancy_token')
      .set({ last_used_at: now })
      .where('organization_id', '=', organizationId)
      .where('id', '=', tokenId)
      .where((where) =>
        where.or([
          where('last_used_at', 'is', null),
          where('last_used_at', '<=', new Date(now.getTime() - noteUseAfter)),
        ]),
      )
      .execute()
      .then(
        () => {},
        () => {},
      )
      .finally(() => notedUses.delete(tokenId));
    notedUses.set(tokenId, noted);
  }

  return {
    async authenticate(authorization) {
      const [scheme, token, ...rest] = (authorization ?? '').trim().split(/\s+/);
      if (!token || scheme?.toLowerCase() !== 'bearer') {
        throw new Fault('tokenMissing', 'Send the header "Authorization: Bearer <token>".');
      }
      if (rest.length > 0 || !bearerShape.test(token)) {
        throw new Fault('tokenMalformed', 'The bearer token has a length or characters that no token has.');
      }
      return isJsonWebToken(token) ? byAccessToken(token) : byToken(token);
    },
    async close() {
      await Promise.all(notedUses.values());
    },
  };
}

/** Whoever has a valid token may see its organization: clients find out by that whether the token is valid. */
function permissionSet(names: readonly string[]): ReadonlySet<Permission> {
  return new Set([...names.filter(isPermission), 'organization.read'] as const);
}

async function loadTokens(reader: Reader, hashes: readonly Buffer[]) {
  const rows = await tenancyTables(reader)
    .selectFrom('tenancy_token as token')
    .innerJoin('tenancy_service_account as account', (join) =>
      join
        .onRef('account.organization_id', '=', 'token.organization_id')
        .onRef('account.id', '=', 'token.service_account_id'),
    )
    .innerJoin('tenancy_organization as organization', 'organization.id', 'token.organization_id')
    .select(organizationColumns.map((column) => `organization.${column}` as const))
    .select([
      'token.hash',
      'token.id as token_id',
      'token.permissions',
      'token.expires_at',
      'token.revoked_at',
      'token.last_used_at',
      'account.id as account_id',
      'account.name as account_name',
    ])
    .where('token.hash', '=', sql<Buffer>`any(${hashes}::bytea[])`)
    .execute();
  const byHash = new Map(
    rows.map((row) => [row.hash.toString('hex'), { ...row, organization: organizationOfRow(row) }]),
  );
  return hashes.map((hash) => byHash.get(hash.toString('hex')));
}

async function loadApplications(reader: Reader, clientIds: readonly string[]) {
  const rows = await tenancyTables(reader)
    .selectFrom('tenancy_application as application')
    .innerJoin('tenancy_organization as organization', 'organization.id', 'application.organization_id')
    .select(organizationColumns.map((column) => `organization.${column}` as const))
    .select([
      'application.id as application_id',
      'application.name as application_name',
      'application.client_id',
      'application.permissions',
    ])
    .where('application.client_id', '=', sql<string>`any(${clientIds}::uuid[])`)
    .execute();
  const byClientId = new Map(
    rows.map((row) => [row.client_id, { ...row, organization: organizationOfRow(row) }]),
  );
  return clientIds.map((clientId) => byClientId.get(clientId));
}
