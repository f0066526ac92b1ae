import { Type, type Static } from 'typebox';
import { deviceCountsOfUsers } from '../../../devices/index.ts';
import {
  createUser,
  listUsers,
  listUserTags,
  metadataLimit,
  removeUser,
  requireUser,
  updateUser,
  userSortFields,
  type User,
  type UserContent,
} from '../../../directory/index.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint, type EndpointAnswer } from '../endpoint.ts';
import type { FaultOverrides } from '../errors.ts';
import { hex, HexId, idOf, PageOf, pageOf, PageQuery, readPage, Timestamp } from '../shapes.ts';
import { NullableText } from './nullable-text.ts';
import { userDeviceFields, userDevicesOf } from './user-devices.ts';

const MdmUser = Type.Object({
  id: HexId('MDM user'),
  email: Type.String(),
  name: Type.Optional(Type.String()),
  tags: Type.Array(Type.String()),
  ...userDeviceFields,
  language: Type.Optional(Type.String()),
  managedAppleId: Type.Optional(Type.String()),
  metadata: Type.Unsafe<JsonObject>({ type: 'object' }),
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});

const Tag = Type.String({ minLength: 1, maxLength: 128 });

/** The format alone allows quoted local parts, and in them line ends, which could break out of a mail header. */
const Email = Type.String({
  format: 'email',
  pattern: '^[^\\s"]*$',
  'x-takes': 'an e-mail address without spaces and quotes',
  maxLength: 128,
  description: 'Unique in the organization without regard to case',
});

const content = {
  name: Type.Optional(NullableText(256, 'Full name')),
  managedAppleId: Type.Optional(NullableText(128, 'Managed Apple Account')),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 256 })),
  language: Type.Optional(NullableText(35, 'Language tag, such as "es"')),
  metadata: Type.Optional(
    Type.Unsafe<JsonObject>({
      type: 'object',
      description: `Free properties, together at most ${metadataLimit} bytes as JSON`,
    }),
  ),
};

const path = Type.Object({ mdmUserId: HexId('MDM user') });
const idIn = ({ mdmUserId }: Static<typeof path>) => idOf(mdmUserId, 'User');

const faults: FaultOverrides = {
  alreadyExists: { status: 400, code: 5048, message: 'Mdm user already exists' },
};

const tag = 'MDM users';

/** https://docs.applivery.com/en/api/ > UEM > MDM users */
export const usersEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/users',
    summary: 'List MDM users',
    tag,
    permission: 'user.read',
    query: Type.Object({
      ...PageQuery.properties,
      search: Type.Optional(
        Type.String({ maxLength: 256, description: 'Part of the email, name or managed Apple Account' }),
      ),
      tags: Type.Optional(
        Type.Array(Tag, { maxItems: 256, description: 'Only users with at least one of these tags' }),
      ),
    }),
    data: PageOf(MdmUser),
    async handle({ query, read }) {
      const { search, tags } = query;
      const page = readPage(query, userSortFields);
      const { items, total } = await listUsers(read, { search, tags }, page);
      return { data: pageOf(await mdmUsersOf(read, items), total, page) };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/users',
    summary: 'Create an MDM user',
    tag,
    permission: 'user.create',
    body: Type.Object({ email: Email, ...content }),
    data: MdmUser,
    faults,
    async handle({ body, change, read }) {
      return answer(read, await change((context) => createUser(context, body)));
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/users/tags',
    summary: 'List the tags of MDM users',
    tag,
    permission: 'user.read',
    query: PageQuery,
    data: PageOf(Type.Object({ value: Type.String() })),
    async handle({ query, read }) {
      const page = readPage(query, ['value']);
      const { items, total } = await listUserTags(read, { ...page, descending: page.sort.descending });
      return {
        data: pageOf(
          items.map((value) => ({ value })),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/users/{mdmUserId}',
    summary: 'Get an MDM user',
    tag,
    permission: 'user.read',
    path,
    data: MdmUser,
    async handle({ path, read }) {
      return answer(read, await requireUser(read, idIn(path)));
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/users/{mdmUserId}',
    summary: 'Update an MDM user',
    description: 'Properties that are left out stay as they are; tags and metadata are replaced whole.',
    tag,
    permission: 'user.update',
    path,
    body: Type.Object({ email: Type.Optional(Email), ...content }),
    data: MdmUser,
    faults,
    async handle({ path, body, change, ifMatch, read }) {
      return answer(read, await change((context) => updateUser(context, idIn(path), body, ifMatch)));
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/users/{mdmUserId}',
    summary: 'Delete an MDM user',
    description: 'Refused while the user has devices.',
    tag,
    permission: 'user.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeUser(context, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
];

async function answer(read: ReadContext, user: User): Promise<EndpointAnswer<Static<typeof MdmUser>>> {
  const [data] = await mdmUsersOf(read, [user]);
  return { data: data!, revision: user.revision };
}

async function mdmUsersOf(read: ReadContext, users: readonly User[]): Promise<Static<typeof MdmUser>[]> {
  const devices = await deviceCountsOfUsers(
    read,
    users.map((user) => user.id),
  );
  return users.map((user) => ({
    id: hex(user.id),
    email: user.email,
    tags: [...user.tags],
    ...userDevicesOf(devices.get(user.id) ?? { windows: 0, apple: 0 }),
    ...given(user),
    metadata: user.metadata,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  }));
}

function given({ name, language, managedAppleId }: UserContent) {
  return {
    ...(name !== null && { name }),
    ...(language !== null && { language }),
    ...(managedAppleId !== null && { managedAppleId }),
  };
}
