import { notFound } from '../../../kernel/fault.ts';
import type { Policy } from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { pageSize, type Paged } from '../paging.ts';
import type { Properties } from '../payload/read.ts';
import { writeEntity } from '../payload/write.ts';
import { parseQuery, type Query, type QueryOption } from '../query/query.ts';
import { keyAt, keyText, routesOf, type GraphRoute, type RouteAnswer, type RouteRequest } from '../route.ts';
import { configurationsPath, partPath, partUrl, requireConfiguration } from './device-configuration.ts';

const route = routesOf('intune');

interface Part {
  /** The navigation property of the device configuration. */
  readonly name: string;
  /** Full name of the declared type. */
  readonly type: string;
}

/** A collection of a device configuration that the server works out, so that it can be read and not written. */
export interface ComputedCollection<Item> extends Part {
  /** What an item is called in errors. */
  readonly noun: string;
  /** What the key of an item is called in the path's template. */
  readonly key: string;
  readonly page: (request: RouteRequest, policy: Policy, query: Query) => Promise<Paged<Item>>;
  readonly count: (context: ReadContext, policy: Policy) => Promise<number>;
  /** Undefined when the key, in lower case, is none of an item. */
  readonly find: (context: ReadContext, policy: Policy, key: string) => Promise<Item | undefined>;
  readonly values: (policy: Policy, item: Item) => Properties & { readonly id: string };
}

/** As a `ComputedCollection`, a single entity. */
export interface ComputedEntity extends Part {
  readonly values: (request: RouteRequest, policy: Policy) => Promise<Properties>;
}

export function computedCollectionRoutes<Item>(collection: ComputedCollection<Item>): GraphRoute[] {
  const template = `${configurationsPath}/{id}/${collection.name}`;
  return [
    readRoute(template, (request) => list(collection, request)),
    readRoute(`${template}/$count`, (request) => count(collection, request)),
    readRoute(`${template}/{${collection.key}}`, (request) => get(collection, request)),
  ];
}

export function computedEntityRoute(entity: ComputedEntity): GraphRoute {
  return readRoute(`${configurationsPath}/{id}/${entity.name}`, async (request) => {
    const query = readQuery(entity, request, ['select', 'format']);
    const policy = await requireConfiguration(request);
    const url = partUrl(request, policy.id, entity.name);
    return answer(entity, request, policy, query, await entity.values(request, policy), url);
  });
}

function readRoute(template: string, handle: GraphRoute['handle']): GraphRoute {
  return route('GET', template, 'deviceConfiguration.read', handle);
}

async function list<Item>(collection: ComputedCollection<Item>, request: RouteRequest): Promise<RouteAnswer> {
  const options = ['select', 'top', 'skip', 'count', 'skiptoken', 'format'] as const;
  const query = readQuery(collection, request, options);
  const policy = await requireConfiguration(request);
  const { items, nextLink, applied } = await collection.page(request, policy, query);
  const { name } = collection;
  return {
    status: 200,
    subject: { kind: 'collection', path: partPath(request, policy, name), ...projection(query) },
    body: {
      ...(query.count && { '@odata.count': await collection.count(request.read, policy) }),
      ...(nextLink !== undefined && { '@odata.nextLink': nextLink }),
      value: items.map((item) => {
        const values = collection.values(policy, item);
        return written(collection, request, query, values, partUrl(request, policy.id, name, values.id));
      }),
    },
    headers: applied === undefined ? {} : { 'preference-applied': applied },
  };
}

async function count<Item>(
  collection: ComputedCollection<Item>,
  request: RouteRequest,
): Promise<RouteAnswer> {
  readQuery(collection, request, []);
  const policy = await requireConfiguration(request);
  return { status: 200, body: String(await collection.count(request.read, policy)) };
}

async function get<Item>(collection: ComputedCollection<Item>, request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(collection, request, ['select', 'format']);
  const policy = await requireConfiguration(request);
  const item = await collection.find(request.read, policy, keyAt(request.match, 1).toLowerCase());
  if (item === undefined) throw notFound(collection.noun, keyText(request.match, 1));
  const values = collection.values(policy, item);
  const url = partUrl(request, policy.id, collection.name, values.id);
  return answer(collection, request, policy, query, values, url);
}

function answer(
  part: Part,
  request: RouteRequest,
  policy: Policy,
  query: Query,
  values: Properties,
  url: string,
): RouteAnswer {
  return {
    status: 200,
    subject: { kind: 'entity', path: partPath(request, policy, part.name), ...projection(query) },
    body: written(part, request, query, values, url),
  };
}

function written(
  { type }: Part,
  { model, metadata }: RouteRequest,
  query: Query,
  values: Properties,
  url: string,
): Record<string, unknown> {
  return writeEntity(model, type, values, { declaredType: type, metadata, url, ...projection(query) });
}

function readQuery({ type }: Part, { model, search }: RouteRequest, options: readonly QueryOption[]): Query {
  return parseQuery({ model, type, options, maxTop: pageSize, expandable: [] }, search);
}

function projection({ select }: Query): { select?: readonly string[] } {
  return { ...(select && { select }) };
}
