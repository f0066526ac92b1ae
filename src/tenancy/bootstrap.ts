import { randomBytes, randomUUID } from 'node:crypto';
import { sql, transact, type Database } from '../database/index.ts';
import { Fault } from '../kernel/fault.ts';
import { Secret } from '../kernel/secret.ts';
import { createApplication } from './applications.ts';
import { audit } from './audit.ts';
import { operatorScope, type ChangeServices } from './change.ts';
import { nothingTouched } from './scope.ts';
import { createOrganization, findOrganization } from './organizations.ts';
import { allPermissions } from './permissions.ts';
import type { Organization } from './scope.ts';
import type { SecretBox } from './secret-box.ts';
import { createToken, newTokenText } from './service-accounts.ts';
import { tenancyTables } from './tables.ts';

/** What the first organization shall be; everything that is undefined is made up. */
export interface BootstrapSettings {
  readonly slug: string;
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  readonly apiToken: Secret | undefined;
}

/** Credentials that were made now and cannot be shown again. */
export interface FirstCredentials {
  readonly organization: Organization;
  readonly apiToken: Secret;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

const bootstrapLock = 7_283_003;

/** Makes the first organization with an application and a token that may do everything, unless it is there already. */
export async function bootstrap(
  services: Omit<ChangeServices, 'beforeCommit'>,
  settings: BootstrapSettings,
): Promise<{ organization: Organization; created: FirstCredentials | undefined }> {
  return transact(services.database, async (db) => {
    await sql`select pg_advisory_xact_lock(${bootstrapLock})`.execute(db.connection);
    const existing = await findOrganization(db, settings.slug);
    if (existing) return { organization: existing, created: undefined };

    const now = services.clock();
    const { newId, secrets } = services;
    const tenantId = settings.tenantId ?? randomUUID();
    const organization = await createOrganization({ db, now, newId }, { slug: settings.slug, tenantId });
    const scope = operatorScope(organization, 'bootstrap');
    const context = { db, now, newId, secrets, scope, touched: nothingTouched() };
    await audit(context, {
      action: 'organization.create',
      target: { type: 'organization', id: organization.id, name: organization.slug },
      before: null,
      after: organization,
    });
    const apiToken = settings.apiToken ?? newTokenText(randomBytes);
    await createToken(context, {
      serviceAccount: 'bootstrap',
      permissions: allPermissions,
      expiresAt: null,
      token: apiToken,
    });
    const clientId = settings.clientId ?? randomUUID();
    const clientSecret = settings.clientSecret ?? new Secret(randomBytes(32).toString('base64url'));
    await createApplication(context, {
      name: 'bootstrap',
      clientId,
      clientSecret,
      salt: randomBytes(16),
      permissions: allPermissions,
    });
    return { organization, created: { organization, apiToken, clientId, clientSecret } };
  });
}

/** Checks that the secret key is the one that this database was first used with. Faults: `unavailable`. */
export async function checkSecretKey(database: Database, secrets: SecretBox): Promise<void> {
  const purpose = 'tenancy_key_check';
  await transact(database, async (db) => {
    await sql`select pg_advisory_xact_lock(${bootstrapLock})`.execute(db.connection);
    const row = await tenancyTables(db).selectFrom('tenancy_key_check').selectAll().executeTakeFirst();
    if (!row) {
      const sealed = secrets.seal(new Secret('this is the right key'), purpose);
      await tenancyTables(db).insertInto('tenancy_key_check').values({ sealed }).execute();
      return;
    }
    try {
      secrets.open(row.sealed, purpose);
    } catch (cause) {
      throw new Fault(
        'unavailable',
        'The secret key is not the one that this database was encrypted with. Set MUSTER_SECRET_KEY to the right one, or restore the file secret.key in the data folder.',
        { cause },
      );
    }
  });
}
