import { notFound } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { Permission, ReadContext, WriteContext } from '../../tenancy/index.ts';
import type { Flavour } from './errors.ts';
import { findType, isDerivedFrom } from './model/model.ts';
import { keyedPath } from './payload/context.ts';
import { readEntity, type EntityInput, type Properties } from './payload/read.ts';
import { writeEntity } from './payload/write.ts';
import { comparator, matches } from './query/evaluate.ts';
import { parseQuery, type Query, type QueryOption } from './query/query.ts';
import { pageOf, pageSize } from './paging.ts';
import {
  bothVersions,
  castType,
  idOfKey,
  inWordsOfTheDirectory,
  keyText,
  type GraphRoute,
  type RouteAnswer,
  type RouteRequest,
} from './route.ts';
import { removalStatus, updateStatus } from './statuses.ts';
import { refuse } from './violation.ts';

/** An entity as the API sees it: properties of any version by their Graph names. */
export interface Entity {
  readonly id: Id;
  /** Full name of its type. */
  readonly type: string;
  readonly values: Properties;
  readonly revision: number;
}

/** A navigation property that `$expand` can bring along: what it holds for each of the entities, in their order. */
type Expansion = (request: RouteRequest, entities: readonly Entity[]) => Promise<unknown[]>;

/** A collection of entities with list, get, create, update and delete; what a resource has to say of itself. */
export interface EntitySet {
  /** Below the version, such as `deviceManagement/deviceConfigurations`. */
  readonly path: string;
  /** Full name of the declared type. */
  readonly type: string;
  /** What it is called in errors. */
  readonly noun: string;
  readonly flavour: Flavour;
  readonly permissions: Readonly<Record<'read' | 'create' | 'update' | 'remove', Permission>>;
  readonly expansions: Readonly<Record<string, Expansion>>;
  /** In the order of their ids. */
  readonly list: (context: ReadContext) => Promise<Entity[]>;
  readonly get: (request: RouteRequest, id: Id) => Promise<Entity | undefined>;
  readonly create: (context: WriteContext, input: EntityInput) => Promise<Entity>;
  /** `read` gives the body's properties for the entity as it is now, so that it runs under the entity's lock. */
  readonly update: (
    context: WriteContext,
    id: Id,
    read: (current: Pick<Entity, 'type' | 'values'>) => Properties,
    ifMatch: readonly number[] | undefined,
  ) => Promise<Entity>;
  readonly remove: (context: WriteContext, id: Id, ifMatch: readonly number[] | undefined) => Promise<void>;
}

const entityOptions: readonly QueryOption[] = ['select', 'expand', 'format'];
const listOptions: readonly QueryOption[] = [
  ...entityOptions,
  'top',
  'skip',
  'filter',
  'orderby',
  'count',
  'skiptoken',
];

/** The routes of a collection. */
export function entitySetRoutes(set: EntitySet): GraphRoute[] {
  const { path, permissions } = set;
  const route = (
    method: GraphRoute['method'],
    template: string,
    permission: Permission,
    handle: GraphRoute['handle'],
  ): GraphRoute => ({
    method,
    template,
    versions: bothVersions,
    flavour: set.flavour,
    permission,
    handle:
      set.flavour === 'directory'
        ? async (request) => inWordsOfTheDirectory(request.match, () => handle(request))
        : handle,
  });
  return [
    route('GET', path, permissions.read, (request) => list(set, request)),
    route('GET', `${path}/$count`, permissions.read, (request) => count(set, request)),
    route('POST', path, permissions.create, (request) => create(set, request)),
    route('GET', `${path}/{id}`, permissions.read, (request) => get(set, request)),
    route('PATCH', `${path}/{id}`, permissions.update, (request) => update(set, request)),
    route('DELETE', `${path}/{id}`, permissions.remove, (request) => remove(set, request)),
  ];
}

async function list(set: EntitySet, request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(set, request, listOptions);
  const entities = await selected(set, request, query);
  const { items, nextLink, applied } = pageOf(entities, query, request);
  return {
    status: 200,
    subject: { kind: 'collection', path: contextPath(set, request), ...projection(query) },
    body: {
      ...(query.count && { '@odata.count': entities.length }),
      ...(nextLink !== undefined && { '@odata.nextLink': nextLink }),
      value: await written(set, request, items, query),
    },
    headers: applied === undefined ? {} : { 'preference-applied': applied },
  };
}

async function count(set: EntitySet, request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(set, request, ['filter']);
  return { status: 200, body: String((await selected(set, request, query)).length) };
}

async function get(set: EntitySet, request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(set, request, entityOptions);
  const id = idOfKey(request.match, 0, set.noun);
  const entity = await set.get(request, id);
  if (!entity || !isAskedFor(set, request, entity)) throw notFound(set.noun, id);
  return answer(set, request, entity, 200, query);
}

async function create(set: EntitySet, request: RouteRequest): Promise<RouteAnswer> {
  readQuery(set, request, ['format']);
  const input = readEntity(request.model, castType(request, set.type), request.body, { mode: 'create' });
  const entity = await request.change((context) => set.create(context, input));
  const created = await answer(set, request, entity, 201, {});
  return { ...created, headers: { location: urlOf(set, request, entity) } };
}

async function update(set: EntitySet, request: RouteRequest): Promise<RouteAnswer> {
  readQuery(set, request, ['format']);
  const id = idOfKey(request.match, 0, set.noun);
  const entity = await request.change((context) =>
    set.update(context, id, (current) => readChange(set, request, current), request.ifMatch),
  );
  const { status, withBody, applied } = updateStatus(`${set.path}/{id}`, request.version, request.prefer);
  const headers: Record<string, string> = applied === undefined ? {} : { 'preference-applied': applied };
  if (!withBody) return { status, revision: entity.revision, headers };
  return { ...(await answer(set, request, entity, status, {})), headers };
}

/** Reads a PATCH body for a stored entity: of its own type, or of the declared one. */
function readChange(
  set: EntitySet,
  request: RouteRequest,
  current: Pick<Entity, 'type' | 'values'>,
): Properties {
  if (!isAskedFor(set, request, current)) throw notFound(set.noun, keyText(request.match, 0));
  const named = (request.body as { '@odata.type'?: unknown } | undefined)?.['@odata.type'];
  const type = typeof named === 'string' ? findType(request.model, named)?.name : undefined;
  if (type !== undefined && type !== current.type && isDerivedFrom(request.model, type, set.type)) {
    throw refuse(
      '@odata.type',
      `The type of an entity cannot be changed: it is '${current.type}', not '${type}'.`,
    );
  }
  const declared = castType(request, set.type);
  return readEntity(request.model, declared, request.body, { mode: 'update', stored: current.values })
    .properties;
}

async function remove(set: EntitySet, request: RouteRequest): Promise<RouteAnswer> {
  readQuery(set, request, []);
  const id = idOfKey(request.match, 0, set.noun);
  await request.change((context) => set.remove(context, id, request.ifMatch));
  return { status: removalStatus(set.path, request.version) };
}

function readQuery(set: EntitySet, request: RouteRequest, options: readonly QueryOption[]): Query {
  const expandable = Object.keys(set.expansions);
  return parseQuery(
    { model: request.model, type: castType(request, set.type), options, maxTop: pageSize, expandable },
    request.search,
  );
}

/** Whether this version knows the entity's type, and the path lets it through. */
function isAskedFor(set: EntitySet, request: RouteRequest, entity: Pick<Entity, 'type'>): boolean {
  return isDerivedFrom(request.model, entity.type, castType(request, set.type));
}

async function selected(set: EntitySet, request: RouteRequest, query: Query): Promise<Entity[]> {
  const { filter, orderBy } = query;
  const entities = (await set.list(request.read)).filter((entity) => isAskedFor(set, request, entity));
  if (!filter && !orderBy) return entities;
  const subjects = entities.map((entity) => ({
    entity,
    type: entity.type,
    values: writeEntity(request.model, entity.type, valuesOf(entity), {
      declaredType: set.type,
      metadata: 'none',
    }),
  }));
  const passing = filter ? subjects.filter((subject) => matches(filter, subject)) : subjects;
  return (orderBy ? passing.sort(comparator(orderBy)) : passing).map(({ entity }) => entity);
}

const valuesOf = (entity: Entity): Properties => ({ ...entity.values, id: entity.id });

async function answer(
  set: EntitySet,
  request: RouteRequest,
  entity: Entity,
  status: number,
  query: Query,
): Promise<RouteAnswer> {
  const [body] = await written(set, request, [entity], query);
  return {
    status,
    subject: { kind: 'entity', path: contextPath(set, request), ...projection(query) },
    body,
    revision: entity.revision,
  };
}

async function written(
  set: EntitySet,
  request: RouteRequest,
  entities: readonly Entity[],
  query: Query,
): Promise<Record<string, unknown>[]> {
  const bodies = entities.map((entity) =>
    writeEntity(request.model, entity.type, valuesOf(entity), {
      declaredType: set.type,
      metadata: request.metadata,
      url: urlOf(set, request, entity),
      ...(query.select && { select: query.select }),
    }),
  );
  for (const name of query.expand ?? []) {
    const expanded = await set.expansions[name]!(request, entities);
    for (const [index, body] of bodies.entries()) {
      const path = `${keyedPath(set.path, entities[index]!.id)}/${name}`;
      if (request.metadata !== 'none')
        body[`${name}@odata.context`] = `${request.serviceRoot}/$metadata#${path}`;
      body[name] = expanded[index];
    }
  }
  return bodies;
}

function projection({ select, expand }: Query): { select?: readonly string[]; expand?: readonly string[] } {
  return { ...(select && { select }), ...(expand && { expand }) };
}

/** The collection's path with the cast of the request, as `@odata.context` has it. */
function contextPath(set: EntitySet, { match: { cast }, model }: RouteRequest): string {
  return cast === undefined ? set.path : `${set.path}/${findType(model, cast)?.name ?? cast}`;
}

function urlOf(set: EntitySet, { serviceRoot }: RouteRequest, { id }: Entity): string {
  return `${serviceRoot}/${keyedPath(set.path, id)}`;
}
