import { Type, type TSchema } from 'typebox';
import { Fault, notFound } from '../../kernel/fault.ts';
import { hexOfId, parseHexId, type Id } from '../../kernel/id.ts';

/** Applivery's spelling of ids. */
export const HexId = (description: string) =>
  Type.String({ pattern: '^[a-fA-F0-9]{24}$', 'x-takes': 'an id of 24 hexadecimal digits', description });

export const Timestamp = (description: string) => Type.String({ format: 'date-time', description });

/** A segment's number: an integer, or the same as a string (the documentation shows both); 0 is the root. */
export const SegmentNumber = Type.Union(
  [
    Type.Integer({ minimum: 0 }),
    Type.String({ pattern: '^\\d{1,9}$', 'x-takes': 'the number of a segment' }),
  ],
  {
    description: 'Segment that the entity belongs to; 0 is the root',
  },
);

/** Reads an id that the path's pattern has already accepted. Faults: `notFound`. */
export function idOf(text: string, what: string): Id {
  const id = parseHexId(text);
  if (!id) throw notFound(what, text);
  return id;
}

export const hex = (id: Id) => hexOfId(id);

export const PageQuery = Type.Object({
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Page, from 1' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Items of a page (10)' })),
  sort: Type.Optional(
    Type.String({
      pattern: '^[\\w.]*((:asc)|(:desc))?$',
      'x-takes': 'a field, with :asc or :desc behind it, such as createdAt:desc',
      maxLength: 64,
      description: 'Field to sort by, such as createdAt:desc',
    }),
  ),
});

/** The answer of a list: the shape of mongoose-paginate-v2, which the vendor's own service answers with. */
export function PageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    items: Type.Array(item),
    totalDocs: Type.Integer(),
    limit: Type.Integer(),
    page: Type.Integer(),
    totalPages: Type.Integer(),
    pagingCounter: Type.Integer({ description: 'Number of the first item of this page, from 1' }),
    hasPrevPage: Type.Boolean(),
    hasNextPage: Type.Boolean(),
    prevPage: Type.Union([Type.Integer(), Type.Null()]),
    nextPage: Type.Union([Type.Integer(), Type.Null()]),
  });
}

/** Which rows a list answers with: `offset` rows are left out before `limit` rows. */
export interface PageRequest<Field extends string> {
  readonly limit: number;
  readonly offset: number;
  readonly sort: { readonly field: Field; readonly descending: boolean };
}

/** Reads `page`, `limit` and `sort`. A field that cannot be sorted by is refused by name. */
export function readPage<Field extends string>(
  query: { page?: number; limit?: number; sort?: string },
  fields: readonly [Field, ...Field[]],
): PageRequest<Field> {
  const limit = query.limit ?? 10;
  const [name = '', direction] = (query.sort ?? '').split(':');
  const field = name === '' ? fields[0] : fields.find((item) => item === name);
  if (!field) {
    const message = `cannot sort by '${name}'; it can by ${fields.join(', ')}`;
    throw new Fault('invalidInput', `sort: ${message}`, { violations: [{ path: 'sort', message }] });
  }
  return {
    limit,
    offset: ((query.page ?? 1) - 1) * limit,
    sort: { field, descending: direction === 'desc' },
  };
}

/** As `readPage`, where the vendor has other names for the fields: its names, and ours. */
export function readPageBy<Field extends string>(
  query: Parameters<typeof readPage>[0],
  fields: Readonly<Record<string, Field>>,
): PageRequest<Field> {
  const page = readPage(query, Object.keys(fields) as [string, ...string[]]);
  return { ...page, sort: { ...page.sort, field: fields[page.sort.field]! } };
}

export function pageOf<Item>(
  items: Item[],
  total: number,
  { limit, offset }: { limit: number; offset: number },
) {
  const page = offset / limit + 1;
  const totalPages = Math.max(1, Math.ceil(total / limit));
  return {
    items,
    totalDocs: total,
    limit,
    page,
    totalPages,
    pagingCounter: offset + 1,
    hasPrevPage: page > 1,
    hasNextPage: page < totalPages,
    prevPage: page > 1 ? page - 1 : null,
    nextPage: page < totalPages ? page + 1 : null,
  };
}
