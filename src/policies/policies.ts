import {
  anyOf,
  contains,
  inOrderOf,
  listPage,
  sql,
  type Listed,
  type OwnedId,
  type Page,
  type Reader,
} from '../database/index.ts';
import { notFound, type Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { Policy, PolicyFamily } from './policy.ts';
import { policyOfRow, selectPolicies } from './policy-row.ts';

export function policiesOf({ db, scope }: ReadContext, { kinds }: PolicyFamily<object>) {
  return selectPolicies(db)
    .where('organization_id', '=', scope.organization.id)
    .where('kind', 'in', [...kinds]);
}

export async function getPolicy<Document extends object>(
  context: ReadContext,
  family: PolicyFamily<Document>,
  id: Id,
): Promise<Policy<Document> | undefined> {
  return (await policiesByIds(context, family, [id])).get(id);
}

/** The policies of these keys, in their order, in one statement. */
export async function loadPolicies<Document extends object>(
  db: Reader,
  family: PolicyFamily<Document>,
  keys: readonly OwnedId[],
): Promise<(Policy<Document> | undefined)[]> {
  const rows = await selectPolicies(db)
    .where('organization_id', '=', anyOf(keys.map(({ organizationId }) => organizationId)))
    .where('id', '=', anyOf(keys.map(({ id }) => id)))
    .where('kind', 'in', [...family.kinds])
    .execute();
  return inOrderOf(keys, rows).map((row) => row && policyOfRow(family, row));
}

/** The fault for a policy that is not there. */
export function policyNotFound({ noun, spell }: PolicyFamily<object>, id: Id): Fault {
  return notFound(noun, spell(id));
}

/** The policies among these ids that the organization has, in one statement. */
export async function policiesByIds<Document extends object>(
  context: ReadContext,
  family: PolicyFamily<Document>,
  ids: readonly Id[],
): Promise<Map<Id, Policy<Document>>> {
  if (ids.length === 0) return new Map();
  const rows = await policiesOf(context, family)
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, policyOfRow(family, row)]));
}

export interface PolicyFilter {
  /** One of the family's kinds. */
  readonly kind?: string | undefined;
  /** Part of the name, without regard to case. */
  readonly name?: string | undefined;
  /** Part of the name or the description, without regard to case. */
  readonly search?: string | undefined;
  /** Policies of one of these segments. */
  readonly segments?: readonly number[] | undefined;
}

/** The first sorts when nothing else is asked for. */
export const policySortFields = ['createdAt', 'updatedAt', 'name', 'version'] as const;
type PolicySortField = (typeof policySortFields)[number];

const sortColumns = {
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  name: 'name',
  version: 'version',
} as const satisfies Record<PolicySortField, string>;

export async function listPolicies<Document extends object>(
  context: ReadContext,
  family: PolicyFamily<Document>,
  filter: PolicyFilter,
  page: Page<PolicySortField>,
): Promise<Listed<Policy<Document>>> {
  let matching = policiesOf(context, family);
  if (filter.kind !== undefined) matching = matching.where('kind', '=', filter.kind);
  if (filter.name !== undefined) matching = matching.where(contains('name', filter.name));
  if (filter.search !== undefined) {
    const { search } = filter;
    matching = matching.where((where) =>
      where.or([contains('name', search), contains('description', search)]),
    );
  }
  if (filter.segments !== undefined) {
    matching = matching.where(sql<boolean>`coalesce(segment_id, 0) = any(${filter.segments}::integer[])`);
  }
  const { items, total } = await listPage(matching, sortColumns, page);
  return { items: items.map((row) => policyOfRow(family, row)), total };
}

/** Every policy of the family, oldest first. */
export async function listAllPolicies<Document extends object>(
  context: ReadContext,
  family: PolicyFamily<Document>,
): Promise<Policy<Document>[]> {
  const rows = await policiesOf(context, family).orderBy('created_at').orderBy('id').execute();
  return rows.map((row) => policyOfRow(family, row));
}
