import { Type } from 'typebox';
import { permissions, plans } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { Guid, ListOf, Timestamp } from '../shapes.ts';

const Organization = Type.Object({
  id: Guid('Id'),
  slug: Type.String({ description: 'Stands in paths in place of the id' }),
  name: Type.String(),
  tenantId: Guid('The tenant under which OAuth2 clients sign in'),
  plan: Type.String({ description: `One of ${Object.keys(plans).join(', ')}` }),
  createdAt: Timestamp('When it was created'),
});

export const organizationEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'getOrganization',
    method: 'GET',
    url: '',
    tag: 'Organization',
    summary: 'Get the organization',
    permission: 'organization.read',
    data: Organization,
    handle: async ({ read }) => {
      const { createdAt, ...organization } = read.scope.organization;
      return { data: { ...organization, createdAt: createdAt.toISOString() } };
    },
  }),
  endpoint({
    name: 'listPermissions',
    method: 'GET',
    url: '/permissions',
    tag: 'Organization',
    summary: 'List the permissions that there are',
    permission: 'organization.read',
    data: ListOf(Type.Object({ name: Type.String(), description: Type.String() })),
    handle: async () => {
      const items = Object.entries(permissions).map(([name, description]) => ({ name, description }));
      return { data: { items, next: null } };
    },
  }),
];
