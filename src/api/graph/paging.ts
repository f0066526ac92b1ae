import type { Fault } from '../../kernel/fault.ts';
import { parseGuidId, type Id } from '../../kernel/id.ts';
import type { Query } from './query/query.ts';
import type { RouteRequest } from './route.ts';
import { refuse } from './violation.ts';

/** The most entities of one answer, and the largest `$top`. */
export const pageSize = 1_000;

export interface Paged<Item> {
  readonly items: readonly Item[];
  /** Where the rest is; undefined when nothing is left. */
  readonly nextLink: string | undefined;
  /** What of `Prefer` was followed. */
  readonly applied: string | undefined;
}

/**
 * The page of a list that the request asks for. As in Microsoft Graph, `$top` is the size of a page and not an end: while something is
 * left there is a next link, which keeps it. `Prefer: odata.maxpagesize` makes pages smaller, never larger.
 *
 * https://learn.microsoft.com/graph/paging
 */
export function pageOf<Item extends { readonly id: string }>(
  entities: readonly Item[],
  query: Query,
  request: RouteRequest,
): Paged<Item> {
  const { size, applied } = sizeOf(query, request);
  const start = startOf(query, entities);
  const end = start + size;
  const items = entities.slice(start, end);
  const last = items.at(-1);
  const hasMore = last !== undefined && end < entities.length;
  return {
    items,
    nextLink: hasMore ? nextLink(request, skipToken(last.id, end)) : undefined,
    applied,
  };
}

/** A part of a list: at most `limit` items behind the one whose id is `after`, without the first `skip` of them. */
export interface PageRead {
  readonly after: Id | undefined;
  readonly skip: number;
  readonly limit: number;
}

/**
 * As `pageOf`, of a list that is read page by page: in the order of the ids that `idOf` gives, or in that of `$orderby`, in which a position
 * is all that tells where a page ends.
 */
export async function readPage<Item>(
  query: Query,
  request: RouteRequest,
  idOf: (item: Item) => Id,
  read: (page: PageRead) => Promise<readonly Item[]>,
): Promise<Paged<Item>> {
  const { size, applied } = sizeOf(query, request);
  // One more than the page has tells whether something is left.
  const beginning = beginningOf(query);
  const found = await read({ ...beginning, limit: size + 1 });
  const items = found.slice(0, size);
  const last = items.at(-1);
  const hasMore = last !== undefined && found.length > size;
  const end = query.orderBy ? beginning.skip + size : 0;
  return { items, nextLink: hasMore ? nextLink(request, skipToken(idOf(last), end)) : undefined, applied };
}

function beginningOf({ skip = 0, skipToken: token, orderBy }: Query): Pick<PageRead, 'after' | 'skip'> {
  if (token === undefined) return { after: undefined, skip };
  const [last, end] = readSkipToken(token);
  const after = parseGuidId(last);
  if (!after) throw unknownToken();
  if (orderBy) return { after: undefined, skip: end };
  return { after, skip: 0 };
}

/** The most items of the page, and what of `Prefer` was followed. */
function sizeOf(
  { top = pageSize }: Query,
  request: RouteRequest,
): { size: number; applied: string | undefined } {
  const preferred = preferredSize(request);
  return {
    size: Math.min(top, preferred ?? pageSize),
    applied: preferred === undefined ? undefined : `odata.maxpagesize=${preferred}`,
  };
}

function preferredSize({ prefer }: RouteRequest): number | undefined {
  for (const preference of prefer) {
    const size = Number(/^(?:odata\.)?maxpagesize=(\d{1,6})$/.exec(preference)?.[1]);
    if (size >= 1) return Math.min(size, pageSize);
  }
  return undefined;
}

/** A page ends after an entity. */
function skipToken(last: string, end: number): string {
  return Buffer.from(JSON.stringify([last, end])).toString('base64url');
}

/**
 * Where a page begins. When the entity that ended the page before is gone, a list in the order of its ids goes on after that id; in
 * another order its position is all that is left of it.
 */
function startOf(
  { skip = 0, skipToken: token, orderBy }: Query,
  entities: readonly { readonly id: string }[],
): number {
  if (token === undefined) return skip;
  const [last, end] = readSkipToken(token);
  const position = entities.findIndex(({ id }) => id === last);
  if (position >= 0) return position + 1;
  if (orderBy) return Math.max(end - 1, 0);
  const next = entities.findIndex(({ id }) => id > last);
  return next < 0 ? entities.length : next;
}

function readSkipToken(token: string): [string, number] {
  try {
    const [last, end] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [unknown, unknown];
    if (typeof last === 'string' && Number.isSafeInteger(end) && (end as number) >= 0)
      return [last, end as number];
  } catch {
    // Answered below.
  }
  throw unknownToken();
}

function unknownToken(): Fault {
  return refuse('$skiptoken', "'$skiptoken' must be what an '@odata.nextLink' has in it.");
}

function nextLink({ serviceRoot, search, path }: RouteRequest, token: string): string {
  const next = new URLSearchParams();
  for (const [name, value] of search) {
    const option = name.replace(/^\$/, '').toLowerCase();
    if (option !== 'skip' && option !== 'skiptoken') next.append(`$${option}`, value);
  }
  next.append('$skiptoken', token);
  return `${serviceRoot}/${path}?${next.toString().replaceAll('+', '%20').replaceAll('%24', '$')}`;
}
