import { brokenUniqueConstraint, preparing, type Reader, type Transaction } from '../database/index.ts';
import { Fault, invalidInput } from '../kernel/fault.ts';
import type { Id, NewId } from '../kernel/id.ts';
import { audit } from './audit.ts';
import { isPlan, plans } from './plans.ts';
import type { Organization, WriteContext } from './scope.ts';
import { tenancyTables } from './tables.ts';

const slugShape = /^(?=.*[a-z-])[a-z0-9][a-z0-9-]{2,62}$/;
/** What OAuth2 paths have in place of a tenant when they mean any. */
const reservedSlugs: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);
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
  const slugProblem = problemOfSlug(input.slug);
  if (slugProblem) throw invalidInput([{ path: 'slug', message: `'${input.slug}' ${slugProblem}` }]);
  if (!guidShape.test(input.tenantId)) {
    throw invalidInput([{ path: 'tenantId', message: `'${input.tenantId}' must be a GUID` }]);
  }
  if (!isPlan(plan)) {
    throw invalidInput([
      { path: 'plan', message: `'${plan}' must be one of ${Object.keys(plans).join(', ')}` },
    ]);
  }
  const name = input.name ?? input.slug;
  refuseWrongName(name);
  const row: OrganizationRow = {
    id: newId(),
    slug: input.slug,
    name,
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

/** Gives the organization another name for people: the one that devices show at their enrolment. Faults: `invalidInput`. */
export async function renameOrganization(context: WriteContext, name: string): Promise<Organization> {
  const { organization: before } = context.scope;
  refuseWrongName(name);
  const after = { ...before, name };
  await tenancyTables(context.db)
    .updateTable('tenancy_organization')
    .set({ name })
    .where('id', '=', before.id)
    .execute();
  await audit(context, {
    action: 'organization.update',
    target: { type: 'organization', id: before.id, name: before.slug },
    before,
    after,
  });
  return after;
}

const longestName = 128;

function refuseWrongName(name: string): void {
  if (name.trim() !== '' && name.length <= longestName) return;
  throw invalidInput([{ path: 'name', message: `must have 1 to ${longestName} characters` }]);
}

/** A slug stands in paths where ids stand too, so it must not be mistaken for one. */
function problemOfSlug(slug: string): string | undefined {
  if (!slugShape.test(slug)) {
    return 'must be 3 to 63 lower-case letters, digits and hyphens, start with no hyphen and not be a number';
  }
  if (guidShape.test(slug) || /^[0-9a-f]{24}$/.test(slug)) {
    return 'must not look like an id (a GUID or 24 hex digits)';
  }
  return reservedSlugs.has(slug) ? 'is reserved: OAuth2 paths use it for "any tenant"' : undefined;
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

export async function organizationById(db: Reader, id: Id): Promise<Organization | undefined> {
  const row = await tenancyTables(preparing(db))
    .selectFrom('tenancy_organization')
    .select(organizationColumns)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && organizationOfRow(row);
}

/** Finds an organization as OAuth2 paths name it: by its tenant GUID or its slug, in either case. */
export async function findTenant(db: Reader, tenant: string): Promise<Organization | undefined> {
  const named = tenant.toLowerCase();
  if (!guidShape.test(named)) return slugShape.test(named) ? findOrganization(db, named) : undefined;
  const row = await tenancyTables(db)
    .selectFrom('tenancy_organization')
    .select(organizationColumns)
    .where('tenant_id', '=', named)
    .executeTakeFirst();
  return row && organizationOfRow(row);
}
