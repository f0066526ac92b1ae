import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { createToken, listTokens, newTokenText, revokeToken, type Token } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import {
  AnyId,
  Guid,
  idInPath,
  ListOf,
  Nullable,
  pageById,
  PageQuery,
  Permissions,
  readPermissions,
  Timestamp,
} from '../shapes.ts';

const tag = 'Tokens';

const TokenShape = Type.Object({
  id: Guid('Id'),
  serviceAccount: Type.Object({ id: Guid('Id'), name: Type.String() }),
  permissions: Type.Array(Type.String()),
  createdAt: Timestamp('When it was created'),
  expiresAt: Nullable(Timestamp('When it is refused; null for never')),
  lastUsedAt: Nullable(Timestamp('When it was last used, to the minute')),
  revokedAt: Nullable(Timestamp('When it was revoked')),
});

const NewTokenShape = Type.Object({
  serviceAccount: Type.String({
    minLength: 1,
    maxLength: 128,
    description: 'Name of the service account, which is created when there is none of that name',
  }),
  permissions: Permissions,
  expiresAt: Type.Optional(Nullable(Timestamp('When the token shall be refused; null for never'))),
});

const CreatedToken = Type.Object({
  ...TokenShape.properties,
  token: Type.String({ description: 'The token itself. It is not shown again.' }),
});

function shown(token: Token): Static<typeof TokenShape> {
  return {
    id: token.id,
    serviceAccount: token.serviceAccount,
    permissions: [...token.permissions],
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
  };
}

export const tokenEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listTokens',
    method: 'GET',
    url: '/tokens',
    tag,
    summary: 'List the tokens of service accounts, revoked ones too',
    permission: 'serviceAccount.read',
    query: PageQuery,
    data: ListOf(TokenShape),
    handle: async ({ query, read }) => {
      const { items, next } = await pageById(query, (part) => listTokens(read, part));
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'createToken',
    method: 'POST',
    url: '/tokens',
    tag,
    summary: 'Create a token for a service account',
    description: 'It gets at most the permissions of the caller.',
    permission: 'serviceAccount.create',
    body: NewTokenShape,
    data: CreatedToken,
    handle: async ({ body, change, permissionsOf }) => {
      const token = newTokenText(randomBytes);
      const created = await change((context) =>
        createToken(context, {
          serviceAccount: body.serviceAccount,
          permissions: readPermissions(body.permissions, permissionsOf),
          expiresAt: body.expiresAt == null ? null : new Date(body.expiresAt),
          token,
        }),
      );
      return { created: created.id, data: { ...shown(created), token: token.reveal() } };
    },
  }),
  endpoint({
    name: 'revokeToken',
    method: 'DELETE',
    url: '/tokens/{token}',
    tag,
    summary: 'Revoke a token',
    description: 'It is refused from the next request on, and stays in the list.',
    permission: 'serviceAccount.remove',
    path: Type.Object({ token: AnyId('Id of the token') }),
    data: Type.Undefined(),
    handle: async ({ path, change }) => {
      const id = idInPath(path.token, 'Token');
      await change((context) => revokeToken(context, id));
      return { data: undefined };
    },
  }),
];
