import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { brokenUniqueConstraint, type Reader } from '../database/index.ts';
import { Fault, invalidInput, notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { Secret } from '../kernel/secret.ts';
import { audit } from './audit.ts';
import type { Permission } from './permissions.ts';
import type { ListPart, ReadContext, WriteContext } from './scope.ts';
import { refuseGivingAway } from './service-accounts.ts';
import { tenancyTables } from './tables.ts';

/** An OAuth2 application: signs in with client credentials and gets a JWT. */
export interface Application {
  readonly id: Id;
  readonly clientId: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export interface NewApplication {
  readonly name: string;
  /** A GUID. */
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** 16 random bytes. */
  readonly salt: Buffer;
  readonly permissions: readonly Permission[];
}

const derive = promisify(scrypt) as (text: string, salt: Buffer, length: number) => Promise<Buffer>;

/** Client secrets may be chosen by people, so they are stored as scrypt, not as a bare hash. */
const hashSecret = (secret: Secret, salt: Buffer) => derive(secret.reveal(), salt, 32);

const guidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Creates an OAuth2 application. Faults: `invalidInput`, `forbidden`, `alreadyExists` (client id). */
export async function createApplication(context: WriteContext, input: NewApplication): Promise<Application> {
  const { db, scope, now, newId } = context;
  const name = input.name.trim();
  if (name === '' || name.length > 128) {
    throw invalidInput([{ path: 'name', message: 'must have 1 to 128 characters' }]);
  }
  if (!guidShape.test(input.clientId)) {
    throw invalidInput([{ path: 'clientId', message: `'${input.clientId}' must be a GUID` }]);
  }
  if (input.clientSecret.reveal().length < 8) {
    throw invalidInput([{ path: 'clientSecret', message: 'must have at least 8 characters' }]);
  }
  refuseGivingAway(context, input.permissions);
  const application: Application = {
    id: newId(),
    clientId: input.clientId.toLowerCase(),
    name,
    permissions: [...input.permissions],
    createdAt: now,
    lastUsedAt: null,
  };
  try {
    await tenancyTables(db)
      .insertInto('tenancy_application')
      .values({
        organization_id: scope.organization.id,
        id: application.id,
        client_id: application.clientId,
        name,
        permissions: [...application.permissions],
        secret_hash: await hashSecret(input.clientSecret, input.salt),
        secret_salt: input.salt,
        created_at: now,
        last_used_at: null,
      })
      .execute();
  } catch (error) {
    if (brokenUniqueConstraint(error) === undefined) throw error;
    throw new Fault('alreadyExists', `An application with the client id '${input.clientId}' exists already.`);
  }
  await audit(context, {
    action: 'application.create',
    target: { type: 'application', id: application.id, name },
    before: null,
    after: application,
  });
  return application;
}

/** The organization's applications, oldest first: all of them, or one part. */
export async function listApplications({ db, scope }: ReadContext, part?: ListPart): Promise<Application[]> {
  let query = tenancyTables(db)
    .selectFrom('tenancy_application')
    .select(['id', 'client_id', 'name', 'permissions', 'created_at', 'last_used_at'])
    .where('organization_id', '=', scope.organization.id)
    .orderBy('id');
  if (part) query = query.limit(part.limit);
  if (part?.after) query = query.where('id', '>', part.after);
  return (await query.execute()).map(applicationOfRow);
}

/** Deletes an application: its tokens are refused from the next request on. Faults: `notFound`. */
export async function removeApplication(context: WriteContext, id: Id): Promise<void> {
  const row = await tenancyTables(context.db)
    .deleteFrom('tenancy_application')
    .where('organization_id', '=', context.scope.organization.id)
    .where('id', '=', id)
    .returning(['id', 'client_id', 'name', 'permissions', 'created_at', 'last_used_at'])
    .executeTakeFirst();
  if (!row) throw notFound('Application', id);
  await audit(context, {
    action: 'application.remove',
    target: { type: 'application', id, name: row.name },
    before: applicationOfRow(row),
    after: null,
  });
}

/** Checks client credentials within a tenant. An unknown application takes the same time as a wrong secret. */
export async function checkClientSecret(
  db: Reader,
  organizationId: Id,
  clientId: string,
  clientSecret: Secret,
  now: Date,
): Promise<Application | 'unknownApplication' | 'wrongSecret'> {
  const row = guidShape.test(clientId)
    ? await tenancyTables(db)
        .selectFrom('tenancy_application')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .where('client_id', '=', clientId.toLowerCase())
        .executeTakeFirst()
    : undefined;
  const hash = await hashSecret(clientSecret, row?.secret_salt ?? Buffer.alloc(16));
  if (!row) return 'unknownApplication';
  if (!timingSafeEqual(hash, row.secret_hash)) return 'wrongSecret';
  await tenancyTables(db)
    .updateTable('tenancy_application')
    .set({ last_used_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', row.id)
    .execute();
  return applicationOfRow(row);
}

function applicationOfRow(row: {
  id: Id;
  client_id: string;
  name: string;
  permissions: string[];
  created_at: Date;
  last_used_at: Date | null;
}): Application {
  return {
    id: row.id,
    clientId: row.client_id,
    name: row.name,
    permissions: row.permissions,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
