import { brokenUniqueConstraint, type Reader, type Transaction } from '../database/index.ts';
import { Fault, invalidInput } from '../kernel/fault.ts';
import type { Id, NewId } from '../kernel/id.ts';
import { isPlan, plans } from './plans.ts';
import type { Organization } from './scope.ts';
import { tenancyTables } from './tables.ts';

const slugShape = /^(?=.*[a-z-])[a-z0-9][a-z0-9-]{2,62}$/;
const guidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface OrganizationRow {
  id: Id;
  slug: string;
  name: string;
  tenant_id: string;
  plan: Organization['plan'];
  created_at: Date;
}

export const organizationColumns = ['id', 'slug', 'name', 'tenant_id', 'plan', 'created_at'] as const;

export function organizationOfRow(row: OrganizationRow): Organization {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    tenantId: row.tenant_id,
    plan: row.plan,
    createdAt: row.created_at,
  };
}

export interface NewOrganization {
  readonly slug: string;
  readonly name?: string | undefined;
  readonly tenantId: string;
  readonly plan?: string | undefined;
}

/**
 * Creates an organization. It is not part of any organization, so its audit event is left to the caller.
 * Faults: `invalidInput`, and `alreadyExists` when slug or tenant id are taken.
 */
export async function createOrganization(
  { db, now, newId }: { db: Transaction; now: Date; newId: NewId },
  input: NewOrganization,
): Promise<Organization> {
  const plan = input.plan ?? 'enterprise';
  if (!slugShape.test(input.slug) || /^[0-9a-f]{24}$/.test(input.slug)) {
    throw invalidInput([
      {
        path: 'slug',
        message: `'${input.slug}' must be 3 to 63 lower-case letters, digits and hyphens, with a letter, and not look like an id (24 hex digits)`,
      },
    ]);
  }
  if (!guidShape.test(input.tenantId)) {
    throw invalidInput([{ path: 'tenantId', message: `'${input.tenantId}' must be a GUID` }]);
  }
  if (!isPlan(plan)) {
    throw invalidInput([
      { path: 'plan', message: `'${plan}' must be one of ${Object.keys(plans).join(', ')}` },
    ]);
  }
  const row: OrganizationRow = {
    id: newId(),
    slug: input.slug,
    name: input.name ?? input.slug,
    tenant_id: input.tenantId.toLowerCase(),
    plan,
    created_at: now,
  };
  try {
    await tenancyTables(db).insertInto('tenancy_organization').values(row).execute();
  } catch (error) {
    const constraint = brokenUniqueConstraint(error);
    if (constraint === undefined) throw error;
    const taken =
      constraint === 'tenancy_organization_slug' ? `slug '${input.slug}'` : `tenant id '${input.tenantId}'`;
    throw new Fault('alreadyExists', `An organization with the ${taken} exists already.`);
  }
  return organizationOfRow(row);
}

export async function listOrganizations(db: Reader): Promise<Organization[]> {
  const rows = await tenancyTables(db)
    .selectFrom('tenancy_organization')
    .select(organizationColumns)
    .orderBy('id')
    .execute();
  return rows.map(organizationOfRow);
}

/** Finds an organization by slug. */
export async function findOrganization(db: Reader, slug: string): Promise<Organization | undefined> {
  const row = await tenancyTables(db)
    .selectFrom('tenancy_organization')
    .select(organizationColumns)
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row && organizationOfRow(row);
}

/** Finds an organization by its tenant GUID, as it stands in OAuth2 paths. */
export async function findTenant(db: Reader, tenantId: string): Promise<Organization | undefined> {
  if (!guidShape.test(tenantId)) return undefined;
  const row = await tenancyTables(db)
    .selectFrom('tenancy_organization')
    .select(organizationColumns)
    .where('tenant_id', '=', tenantId.toLowerCase())
    .executeTakeFirst();
  return row && organizationOfRow(row);
}
