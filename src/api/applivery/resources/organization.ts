import { Type } from 'typebox';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, Timestamp } from '../shapes.ts';

const Organization = Type.Object({
  id: HexId('Organization'),
  slug: Type.String({ description: 'Accepted in paths instead of the id' }),
  name: Type.String(),
  plan: Type.String({ description: 'Plan, which says what features the organization has' }),
  createdAt: Timestamp('Creation'),
});

/** Clients read the organization to check a token and to learn the id behind a slug. */
export const organizationEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '',
    summary: 'Get the organization',
    tag: 'Organization',
    permission: 'organization.read',
    data: Organization,
    async handle({ read }) {
      const { id, slug, name, plan, createdAt } = read.scope.organization;
      return { data: { id: hex(id), slug, name, plan, createdAt: createdAt.toISOString() } };
    },
  }),
];
