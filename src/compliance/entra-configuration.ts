import { anyOf, type Reader, type Selectable } from '../database/index.ts';
import { requireRevision } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { Secret } from '../kernel/secret.ts';
import { audit, type ReadContext, type SecretBox, type WriteContext } from '../tenancy/index.ts';
import { complianceTables, type EntraConfigurationTable } from './tables.ts';

/** The application through which compliance is told to Microsoft Entra ID: one for each organization. */
export interface EntraConfiguration {
  readonly id: Id;
  /** The Entra tenant. Neither it nor the client id is checked here: only Entra can tell whether they are right. */
  readonly tenantId: string;
  readonly clientId: string;
  readonly hasClientSecret: boolean;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface EntraConfigurationInput {
  readonly tenantId: string;
  readonly clientId: string;
  /** `keep` leaves the stored secret as it is; where there is none, there is none afterwards. */
  readonly clientSecret: Secret | 'keep';
}

/** What signs in at Entra. */
export interface EntraCredentials {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
}

/** The longest tenant id, client id and client secret, in characters. */
export const entraTextLimit = 256;

type Row = Selectable<EntraConfigurationTable>;

/** The configurations of these organizations without their secrets, in their order, in one statement; undefined where there is none. */
export async function loadEntraConfigurations(
  db: Reader,
  organizationIds: readonly Id[],
): Promise<(EntraConfiguration | undefined)[]> {
  const rows = await complianceTables(db)
    .selectFrom('compliance_entra_configuration')
    .selectAll()
    .where('organization_id', '=', anyOf(organizationIds))
    .execute();
  const byOrganization = new Map(rows.map((row) => [row.organization_id, configurationOfRow(row)]));
  return organizationIds.map((id) => byOrganization.get(id));
}

/** The organization's configuration, without the secret; undefined when there is none. */
export async function getEntraConfiguration({
  db,
  scope,
}: ReadContext): Promise<EntraConfiguration | undefined> {
  return (await loadEntraConfigurations(db, [scope.organization.id]))[0];
}

/** The credentials in clear, for the connector that signs in with them; undefined when there is no configuration. */
export async function revealEntraCredentials(
  context: ReadContext,
  secrets: SecretBox,
): Promise<EntraCredentials | undefined> {
  const row = await selectRow(context).executeTakeFirst();
  return row && credentialsOfRow(row, secrets);
}

/**
 * Creates the configuration or replaces it. A kept secret stays even where tenant or client change.
 * Faults: `preconditionFailed`.
 */
export async function putEntraConfiguration(
  context: WriteContext,
  input: EntraConfigurationInput,
  ifMatch?: readonly number[],
): Promise<EntraConfiguration> {
  const stored = await selectRow(context).forUpdate().executeTakeFirst();
  if (stored) return replace(context, stored, input, ifMatch);
  if (ifMatch) {
    throw new Fault(
      'preconditionFailed',
      'There is no configuration yet, so it has no entity tag. Repeat the request without If-Match.',
    );
  }
  const created = await create(context, input);
  return created ?? putEntraConfiguration(context, input, ifMatch);
}

/** Undefined when another request was faster. */
async function create(
  context: WriteContext,
  input: EntraConfigurationInput,
): Promise<EntraConfiguration | undefined> {
  const { db, scope, now, newId } = context;
  const row = await complianceTables(db)
    .insertInto('compliance_entra_configuration')
    .values({
      organization_id: scope.organization.id,
      id: newId(),
      tenant_id: input.tenantId,
      client_id: input.clientId,
      client_secret: input.clientSecret === 'keep' ? null : seal(context, input.clientSecret),
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  await auditChange(context, row.id, null, credentialsOfRow(row, context.secrets));
  return configurationOfRow(row);
}

async function replace(
  context: WriteContext,
  stored: Row,
  input: EntraConfigurationInput,
  ifMatch?: readonly number[],
): Promise<EntraConfiguration> {
  const { db, scope, now, secrets } = context;
  requireRevision(ifMatch, stored.revision);
  const row = await complianceTables(db)
    .updateTable('compliance_entra_configuration')
    .set({
      tenant_id: input.tenantId,
      client_id: input.clientId,
      ...(input.clientSecret !== 'keep' && { client_secret: seal(context, input.clientSecret) }),
      revision: stored.revision + 1,
      updated_at: now,
    })
    .where('organization_id', '=', scope.organization.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await auditChange(context, row.id, credentialsOfRow(stored, secrets), credentialsOfRow(row, secrets));
  return configurationOfRow(row);
}

function auditChange(
  context: WriteContext,
  id: Id,
  before: EntraCredentials | null,
  after: EntraCredentials,
): Promise<void> {
  return audit(context, {
    action: 'configuration.update',
    target: { type: 'entraConfiguration', id },
    before,
    after,
  });
}

function selectRow({ db, scope }: ReadContext) {
  return complianceTables(db)
    .selectFrom('compliance_entra_configuration')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
}

function seal({ scope, secrets }: WriteContext, clientSecret: Secret): Buffer {
  return secrets.seal(clientSecret, purposeOf(scope.organization.id));
}

function purposeOf(organizationId: Id): string {
  return `compliance_entra_configuration.client_secret:${organizationId}`;
}

function credentialsOfRow(row: Row, secrets: SecretBox): EntraCredentials {
  return {
    tenantId: row.tenant_id,
    clientId: row.client_id,
    clientSecret: row.client_secret
      ? secrets.open(row.client_secret, purposeOf(row.organization_id))
      : undefined,
  };
}

function configurationOfRow(row: Row): EntraConfiguration {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    clientId: row.client_id,
    hasClientSecret: row.client_secret !== null,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
