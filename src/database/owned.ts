import { sql, type RawBuilder } from 'kysely';
import type { Id } from '../kernel/id.ts';

/** How a row is named: by its organization and its id. */
export interface OwnedId {
  readonly organizationId: Id;
  readonly id: Id;
}

/** `= any(…)` of ids, for a `where` that takes many of them in one statement. */
export function anyOf(ids: Iterable<Id>): RawBuilder<Id> {
  return sql<Id>`any(${[...new Set(ids)]}::uuid[])`;
}

/** Lays rows in the order of their keys; undefined where a key has no row. */
export function inOrderOf<Row extends { organization_id: Id; id: Id }>(
  keys: readonly OwnedId[],
  rows: readonly Row[],
): (Row | undefined)[] {
  const byKey = new Map(rows.map((row) => [`${row.organization_id} ${row.id}`, row]));
  return keys.map(({ organizationId, id }) => byKey.get(`${organizationId} ${id}`));
}

/** Lays rows that belong to the keys' rows in the order of the keys: for each key those of its `ownerOf`, in the order they came in. */
export function ofEach<Row extends { organization_id: Id }>(
  keys: readonly OwnedId[],
  rows: readonly Row[],
  ownerOf: (row: Row) => Id,
): Row[][] {
  const byKey = Map.groupBy(rows, (row) => `${row.organization_id} ${ownerOf(row)}`);
  return keys.map(({ organizationId, id }) => byKey.get(`${organizationId} ${id}`) ?? []);
}
