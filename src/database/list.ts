import { sql, type OrderByExpression, type RawBuilder, type SelectQueryBuilder } from 'kysely';

/** Which part of a list is asked for: `limit` entities after `offset`, in the order of one field. */
export interface Page<Field extends string> {
  readonly limit: number;
  readonly offset: number;
  readonly sort: { readonly field: Field; readonly descending: boolean };
}

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** How many there are on all pages. */
  readonly total: number;
}

/** Runs a query for one page of its rows, and for how many rows it has. Rows that sort alike are in the order of their ids. */
export async function listPage<
  Tables,
  Table extends keyof Tables,
  Row extends { id: unknown },
  Field extends string,
>(
  matching: SelectQueryBuilder<Tables, Table, Row>,
  columns: Readonly<Record<Field, OrderByExpression<Tables, Table, Row>>>,
  { limit, offset, sort }: Page<Field>,
): Promise<Listed<Row>> {
  const direction = sort.descending ? 'desc' : 'asc';
  const rows = await matching
    .orderBy(columns[sort.field], direction)
    .orderBy('id', direction)
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await matching
    .clearSelect()
    .select(sql<number>`count(*)`.as('total'))
    .$castTo<{ total: number }>()
    .executeTakeFirstOrThrow();
  return { items: rows, total };
}

/** The condition that a text contains another, without regard to case. `text` is a column's name or an expression. */
export function contains(text: string | RawBuilder<unknown>, part: string): RawBuilder<boolean> {
  const searched = typeof text === 'string' ? sql.ref(text) : text;
  return sql<boolean>`strpos(lower(${searched}), lower(${part})) > 0`;
}
