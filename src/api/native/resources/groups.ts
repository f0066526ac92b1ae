import { Type, type Static } from 'typebox';
import {
  addGroupMembers,
  groupMembersByIds,
  listGroupMembers,
  nameOfDevice,
  removeGroupMembers,
  type FullGroupMember,
} from '../../../devices/index.ts';
import { createGroup, listGroups, requireGroup, updateGroup, type Group } from '../../../directory/index.ts';
import { invalidInput, notFound } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import { removeGroup } from '../../../policies/index.ts';
import { endpoint, type Endpoint, type EndpointAnswer } from '../endpoint.ts';
import {
  AnyId,
  Guid,
  idInPath,
  ListOf,
  Nullable,
  pageById,
  pageByOffset,
  PageQuery,
  readId,
  Timestamp,
} from '../shapes.ts';

const tag = 'Groups';

const content = {
  displayName: Type.String({ minLength: 1, maxLength: 256 }),
  description: Nullable(Type.String({ maxLength: 1_024 })),
  mailNickname: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[!-~]+$',
    'x-takes': 'ASCII without spaces',
  }),
  mailEnabled: Type.Boolean(),
  securityEnabled: Type.Boolean(),
};
const optional = Type.Partial(Type.Object(content));

const GroupShape = Type.Object({
  id: Guid('Id'),
  ...content,
  createdAt: Timestamp('When it was created'),
  updatedAt: Timestamp('When it was last changed'),
});

const MemberShape = Type.Object({
  kind: Type.Enum(['user', 'device']),
  id: Guid('Id of the user or device'),
  name: Nullable(Type.String()),
  email: Nullable(Type.String({ description: 'Of a user; null for a device' })),
});

const GroupPath = Type.Object({ group: AnyId('Id of the group') });

function shown(group: Group): Static<typeof GroupShape> {
  return {
    id: group.id,
    displayName: group.displayName,
    description: group.description,
    mailNickname: group.mailNickname,
    mailEnabled: group.mailEnabled,
    securityEnabled: group.securityEnabled,
    createdAt: group.createdAt.toISOString(),
    updatedAt: group.updatedAt.toISOString(),
  };
}

function answer(group: Group): EndpointAnswer<Static<typeof GroupShape>> {
  return { data: shown(group), revision: group.revision };
}

function shownMember(member: FullGroupMember): Static<typeof MemberShape> {
  if (member.kind === 'device') {
    return { kind: 'device', id: member.id, name: nameOfDevice(member.device), email: null };
  }
  const { id, name, email } = member.user;
  return { kind: 'user', id, name, email };
}

/** Reads the ids of members, each of them once. Faults: `invalidInput`. */
function readMembers(texts: readonly string[]): Id[] {
  const ids = texts.map(readId);
  const violations = ids.flatMap((id, index) => {
    const path = `members[${index}]`;
    if (!id) return { path, message: `'${texts[index]}' is not an id` };
    const first = ids.indexOf(id);
    return first === index ? [] : { path, message: `'${texts[index]}' is members[${first}] already` };
  });
  if (violations.length > 0) throw invalidInput(violations);
  return ids.flatMap((id) => id ?? []);
}

export const groupEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listGroups',
    method: 'GET',
    url: '/groups',
    tag,
    summary: 'List groups, oldest first',
    permission: 'group.read',
    query: Type.Object({
      ...PageQuery.properties,
      search: Type.Optional(
        Type.String({ maxLength: 256, description: 'Only groups whose name or description contains it' }),
      ),
    }),
    data: ListOf(GroupShape),
    handle: async ({ query, read }) => {
      const { items, next } = await pageByOffset(query, (part) =>
        listGroups(
          read,
          { search: query.search },
          { ...part, sort: { field: 'createdAt', descending: false } },
        ),
      );
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'createGroup',
    method: 'POST',
    url: '/groups',
    tag,
    summary: 'Create a group',
    permission: 'group.create',
    body: Type.Object({
      ...optional.properties,
      displayName: content.displayName,
      mailNickname: content.mailNickname,
    }),
    data: GroupShape,
    handle: async ({ body, change }) => {
      const group = await change((context) => createGroup(context, body));
      return { ...answer(group), created: group.id };
    },
  }),
  endpoint({
    name: 'getGroup',
    method: 'GET',
    url: '/groups/{group}',
    tag,
    summary: 'Get a group',
    permission: 'group.read',
    path: GroupPath,
    data: GroupShape,
    handle: async ({ path, read }) => answer(await requireGroup(read, idInPath(path.group, 'Group'))),
  }),
  endpoint({
    name: 'updateGroup',
    method: 'PATCH',
    url: '/groups/{group}',
    tag,
    summary: 'Change a group',
    description: 'What the body leaves out stays as it is.',
    permission: 'group.update',
    path: GroupPath,
    body: optional,
    data: GroupShape,
    handle: async ({ path, body, ifMatch, change }) => {
      const id = idInPath(path.group, 'Group');
      return answer(await change((context) => updateGroup(context, id, body, ifMatch)));
    },
  }),
  endpoint({
    name: 'deleteGroup',
    method: 'DELETE',
    url: '/groups/{group}',
    tag,
    summary: 'Delete a group',
    description: 'Its members stay.',
    permission: 'group.remove',
    path: GroupPath,
    data: Type.Undefined(),
    handle: async ({ path, ifMatch, change }) => {
      const id = idInPath(path.group, 'Group');
      await change((context) => removeGroup(context, id, ifMatch));
      return { data: undefined };
    },
  }),
  endpoint({
    name: 'listGroupMembers',
    method: 'GET',
    url: '/groups/{group}/members',
    tag,
    summary: 'List the users and devices in a group, oldest first',
    permission: 'group.read',
    path: GroupPath,
    query: PageQuery,
    data: ListOf(MemberShape),
    handle: async ({ path, query, read }) => {
      const id = idInPath(path.group, 'Group');
      const { items, next } = await pageById(query, (part) => listGroupMembers(read, id, part));
      const members = await groupMembersByIds(
        read,
        items.map((member) => member.id),
      );
      const found = items.flatMap((member) => members.get(member.id) ?? []);
      return { data: { items: found.map(shownMember), next } };
    },
  }),
  endpoint({
    name: 'addGroupMembers',
    method: 'POST',
    url: '/groups/{group}/members',
    tag,
    summary: 'Add users and devices to a group',
    description: 'Those that are in it already stay in it. When one of them cannot be added, none is.',
    permission: 'groupMember.update',
    path: GroupPath,
    body: Type.Object({
      members: Type.Array(AnyId('Id of a user or device'), { minItems: 1, maxItems: 1_000 }),
    }),
    data: Type.Undefined(),
    handle: async ({ path, body, change }) => {
      const id = idInPath(path.group, 'Group');
      const members = readMembers(body.members);
      await change((context) => addGroupMembers(context, id, members));
      return { data: undefined };
    },
  }),
  endpoint({
    name: 'removeGroupMember',
    method: 'DELETE',
    url: '/groups/{group}/members/{member}',
    tag,
    summary: 'Remove a user or device from a group',
    permission: 'groupMember.update',
    path: Type.Object({ ...GroupPath.properties, member: AnyId('Id of the user or device') }),
    data: Type.Undefined(),
    handle: async ({ path, change }) => {
      const id = idInPath(path.group, 'Group');
      const member = idInPath(path.member, 'Member');
      const removed = await change((context) => removeGroupMembers(context, id, [member]));
      if (removed.length === 0) throw notFound('Member', path.member);
      return { data: undefined };
    },
  }),
];
