import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { policiesTables } from '../tables.ts';
import type { PolicySet } from './policy-set.ts';

/** A set with the address of what it comes to. */
export interface StoredSet extends PolicySet {
  readonly documentKey: string | null;
}

/** The sets with these ids. */
export async function storedSets(
  { db, scope }: ReadContext,
  ids: readonly Id[],
): Promise<Map<Id, StoredSet>> {
  if (ids.length === 0) return new Map();
  const rows = await policiesTables(db)
    .selectFrom('policies_set')
    .select(['id', 'key', 'system', 'members', 'document_key as documentKey'])
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map(({ id, ...set }) => [id, set]));
}
