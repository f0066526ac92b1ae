import { Type, type TSchema } from 'typebox';
import { invalidInput, notFound } from '../../kernel/fault.ts';
import { parseGuidId, parseHexId, type Id } from '../../kernel/id.ts';
import type { Permission } from '../../tenancy/index.ts';

export const Guid = (description: string) => Type.String({ format: 'uuid', description });

/** An id as a caller may write it. */
export const AnyId = (description: string) =>
  Type.String({ maxLength: 64, description: `${description}, as a GUID or 24 hexadecimal digits` });

export const Timestamp = (description: string) => Type.String({ format: 'date-time', description });

export const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const Permissions = Type.Array(Type.String({ maxLength: 128 }), {
  minItems: 1,
  maxItems: 200,
  description:
    "Names of permissions, as `GET …/permissions` lists them, or Applivery's or Microsoft Graph's names of them",
});

export function readId(text: string): Id | undefined {
  return parseGuidId(text) ?? parseHexId(text);
}

/** Reads the id that a property or a parameter holds. Faults: `invalidInput`. */
export function idIn(text: string, path: string): Id {
  const id = readId(text);
  if (!id) throw invalidInput([{ path, message: `'${text}' is not an id` }]);
  return id;
}

/** Reads the id of something that the path names. Faults: `notFound`. */
export function idInPath(text: string, what: string): Id {
  const id = readId(text);
  if (!id) throw notFound(what, text);
  return id;
}

/** Reads permission names, each once. Faults: `invalidInput`. */
export function readPermissions(
  names: readonly string[],
  permissionsOf: (name: string) => readonly Permission[],
): Permission[] {
  const found = names.map(permissionsOf);
  const violations = names.flatMap((name, index) =>
    found[index]?.length ? [] : [{ path: `permissions[${index}]`, message: `'${name}' is not a permission` }],
  );
  if (violations.length > 0) throw invalidInput(violations);
  return [...new Set(found.flat())];
}

export const limitWhenUnset = 100;

export const PageQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, description: `Items of a page (${limitWhenUnset})` }),
  ),
  after: Type.Optional(Type.String({ maxLength: 64, description: '`next` of the page before' })),
});

type PageRequest = { limit?: number; after?: string };

/** A list's answer. `next` is null on the last page. */
export function ListOf<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) });
}

/** Reads a page of a list in the order of ids; one item more than asked for tells that there is another page. */
export async function pageById<Item extends { readonly id: Id }>(
  { limit = limitWhenUnset, after }: PageRequest,
  list: (part: { after: Id | undefined; limit: number }) => Promise<readonly Item[]>,
): Promise<{ items: readonly Item[]; next: string | null }> {
  const cursor = after === undefined ? undefined : readId(after);
  if (after !== undefined && !cursor) throw wrongCursor();
  const found = await list({ after: cursor, limit: limit + 1 });
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? items.at(-1)!.id : null };
}

/** Reads a page of a list that is cut by numbers of items. */
export async function pageByOffset<Item>(
  { limit = limitWhenUnset, after }: PageRequest,
  list: (part: { offset: number; limit: number }) => Promise<{ items: readonly Item[]; total: number }>,
): Promise<{ items: readonly Item[]; next: string | null }> {
  if (after !== undefined && !/^\d{1,9}$/.test(after)) throw wrongCursor();
  const offset = Number(after ?? 0);
  const { items, total } = await list({ offset, limit });
  return { items, next: offset + limit < total ? String(offset + limit) : null };
}

export function wrongCursor(): Error {
  return invalidInput([{ path: 'after', message: 'must be the `next` of the page before' }]);
}
