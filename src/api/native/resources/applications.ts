import { randomBytes, randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { Secret } from '../../../kernel/secret.ts';
import {
  createApplication,
  listApplications,
  removeApplication,
  type Application,
} from '../../../tenancy/index.ts';
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

const tag = 'Applications';

const ApplicationShape = Type.Object({
  id: Guid('Id'),
  clientId: Guid('The client id to sign in with'),
  name: Type.String(),
  permissions: Type.Array(Type.String()),
  createdAt: Timestamp('When it was created'),
  lastUsedAt: Nullable(Timestamp('When it last signed in')),
});

const CreatedApplication = Type.Object({
  ...ApplicationShape.properties,
  clientSecret: Type.String({ description: 'The secret to sign in with. It is not shown again.' }),
});

function shown(application: Application): Static<typeof ApplicationShape> {
  return {
    id: application.id,
    clientId: application.clientId,
    name: application.name,
    permissions: [...application.permissions],
    createdAt: application.createdAt.toISOString(),
    lastUsedAt: application.lastUsedAt?.toISOString() ?? null,
  };
}

export const applicationEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listApplications',
    method: 'GET',
    url: '/applications',
    tag,
    summary: 'List the OAuth2 applications',
    permission: 'application.read',
    query: PageQuery,
    data: ListOf(ApplicationShape),
    handle: async ({ query, read }) => {
      const { items, next } = await pageById(query, (part) => listApplications(read, part));
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'createApplication',
    method: 'POST',
    url: '/applications',
    tag,
    summary: 'Create an OAuth2 application that signs in with client credentials',
    description: 'It gets at most the permissions of the caller.',
    permission: 'application.create',
    body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 128 }), permissions: Permissions }),
    data: CreatedApplication,
    handle: async ({ body, change, permissionsOf }) => {
      const clientSecret = new Secret(randomBytes(32).toString('base64url'));
      const created = await change((context) =>
        createApplication(context, {
          name: body.name,
          clientId: randomUUID(),
          clientSecret,
          salt: randomBytes(16),
          permissions: readPermissions(body.permissions, permissionsOf),
        }),
      );
      return { created: created.id, data: { ...shown(created), clientSecret: clientSecret.reveal() } };
    },
  }),
  endpoint({
    name: 'deleteApplication',
    method: 'DELETE',
    url: '/applications/{application}',
    tag,
    summary: 'Delete an OAuth2 application',
    description: 'Its access tokens are refused from the next request on.',
    permission: 'application.remove',
    path: Type.Object({ application: AnyId('Id of the application') }),
    data: Type.Undefined(),
    handle: async ({ path, change }) => {
      const id = idInPath(path.application, 'Application');
      await change((context) => removeApplication(context, id));
      return { data: undefined };
    },
  }),
];
