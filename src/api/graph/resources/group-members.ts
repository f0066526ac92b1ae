import { groupMembersByIds, listGroupMembers, removeGroupMembers } from '../../../devices/index.ts';
import { lockGroup, type GroupMember } from '../../../directory/index.ts';
import { parseGuidId } from '../../../kernel/id.ts';
import { directoryObjectNotFound } from '../errors.ts';
import { isDerivedFrom } from '../model/model.ts';
import { pageOf, pageSize } from '../paging.ts';
import { keyedPath } from '../payload/context.ts';
import { jsonKind } from '../payload/read-value.ts';
import { writeEntity } from '../payload/write.ts';
import { parseQuery, type Query, type QueryOption } from '../query/query.ts';
import {
  castType,
  idOfKey,
  inWordsOfTheDirectory,
  keyAt,
  keyText,
  routesOf,
  type GraphRoute,
  type RouteAnswer,
  type RouteRequest,
} from '../route.ts';
import { quoted, refuse } from '../violation.ts';
import {
  collectionsOfTypes,
  directoryObjectOf,
  directoryObjectType,
  memberTypes,
} from './directory-object.ts';
import { addReferences } from './group-references.ts';

const members = 'groups/{id}/members';
/** A group has no groups in it, so that its members are all there are. */
const transitiveMembers = 'groups/{id}/transitiveMembers';
const route = routesOf('directory');

/**
 * The users and devices of a group.
 *
 * @see https://learn.microsoft.com/graph/api/group-list-members
 */
export const groupMemberRoutes: readonly GraphRoute[] = [
  ...[members, transitiveMembers].flatMap((template) => [
    route('GET', template, 'group.read', list),
    route('GET', `${template}/$count`, 'group.read', count),
  ]),
  route('POST', `${members}/$ref`, 'groupMember.update', add),
  route('DELETE', `${members}/{memberId}/$ref`, 'groupMember.update', remove),
];

async function list(request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(request, ['select', 'top', 'skip', 'count', 'skiptoken', 'format']);
  const { model, metadata, read, serviceRoot } = request;
  const asked = castType(request, directoryObjectType);
  const all = await membersAskedFor(request);
  const { items, nextLink, applied } = pageOf(all, query, request);
  const found = await groupMembersByIds(
    read,
    items.map(({ id }) => id),
  );
  const projection = query.select && { select: query.select };
  const value = items.flatMap(({ id }) => {
    const member = found.get(id);
    if (!member) return [];
    return writeEntity(model, memberTypes[member.kind], directoryObjectOf(member), {
      declaredType: asked,
      metadata,
      url: `${serviceRoot}/${keyedPath('directoryObjects', id)}`,
      ...projection,
    });
  });
  return {
    status: 200,
    subject: { kind: 'collection', path: collectionsOfTypes[asked]!, ...projection },
    body: {
      ...(query.count && { '@odata.count': all.length }),
      ...(nextLink !== undefined && { '@odata.nextLink': nextLink }),
      value,
    },
    headers: applied === undefined ? {} : { 'preference-applied': applied },
  };
}

async function count(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, []);
  return { status: 200, body: String((await membersAskedFor(request)).length) };
}

async function add(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, []);
  const { match, body, ifMatch } = request;
  await inWordsOfTheDirectory(match, () =>
    request.change(async (context) => {
      const { id } = await lockGroup(context, idOfKey(match, 0, 'Group'), ifMatch);
      await addReferences(context, id, [{ url: readReferenceBody(body), path: '@odata.id' }]);
    }),
  );
  return { status: 204 };
}

async function remove(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, []);
  const { match, ifMatch } = request;
  const member = parseGuidId(keyAt(match, 1));
  const removed = await inWordsOfTheDirectory(match, () =>
    request.change(async (context) => {
      const { id } = await lockGroup(context, idOfKey(match, 0, 'Group'), ifMatch);
      return removeGroupMembers(context, id, member ? [member] : []);
    }),
  );
  if (removed.length === 0) throw directoryObjectNotFound(keyText(match, 1));
  return { status: 204 };
}

/** The group's members of the type that the path is cast to. */
async function membersAskedFor(request: RouteRequest): Promise<GroupMember[]> {
  const asked = castType(request, directoryObjectType);
  const all = await inWordsOfTheDirectory(request.match, async () =>
    listGroupMembers(request.read, idOfKey(request.match, 0, 'Group')),
  );
  return all.filter(({ kind }) => isDerivedFrom(request.model, memberTypes[kind], asked));
}

function readQuery(request: RouteRequest, options: readonly QueryOption[]): Query {
  const { model, search } = request;
  const type = castType(request, directoryObjectType);
  return parseQuery({ model, type, options, maxTop: pageSize, expandable: [], selectsDerived: true }, search);
}

/** The body of a request that adds a reference: the URL of what it leads to. */
function readReferenceBody(body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refuse('', `The request body must be a JSON object with '@odata.id', not ${jsonKind(body)}.`);
  }
  const { '@odata.id': url, ...others } = body as Record<string, unknown>;
  const other = Object.keys(others).find((name) => !name.includes('@'));
  if (other !== undefined)
    throw refuse(other, `${quoted(other)} is not taken here; a reference is '@odata.id'.`);
  if (typeof url !== 'string') {
    throw refuse('@odata.id', `'@odata.id' must be the URL of a directory object, not ${jsonKind(url)}.`);
  }
  return url;
}
