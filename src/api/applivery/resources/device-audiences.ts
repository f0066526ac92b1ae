import { Type, type Static } from 'typebox';
import {
  audienceSortFields,
  createAudience,
  listAudienceMembers,
  listAudiences,
  previewSelectors,
  requireAudience,
  updateAudience,
  type Audience,
} from '../../../devices/audiences/index.ts';
import { removeAudience } from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint, type EndpointAnswer } from '../endpoint.ts';
import { HexId, idOf, PageOf, pageOf, PageQuery, readPage } from '../shapes.ts';
import {
  AudienceAnswer,
  audienceAnswerOf,
  AudienceChange,
  MemberAnswer,
  memberAnswerOf,
  NewAudience,
  readSelectors,
  Selectors,
} from './device-audience-shape.ts';
import { readDevicePage } from './device-lists.ts';

const path = Type.Object({ deviceAudienceId: HexId('Device audience') });
const idIn = ({ deviceAudienceId }: Static<typeof path>) => idOf(deviceAudienceId, 'Device audience');

const previewPermission = ['audience.read', 'windows.device.read', 'apple.device.read'] as const;
const tag = 'Device audiences';

/** The vendor documents only `GET …/preview`, and that not as it answers; the rest is as the clients of its own console have it. */
export const deviceAudiencesEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/device-audiences',
    summary: 'List device audiences',
    tag,
    permission: 'audience.read',
    query: Type.Object({
      ...PageQuery.properties,
      search: Type.Optional(
        Type.String({ maxLength: 256, description: 'Part of the name or the description' }),
      ),
    }),
    data: PageOf(AudienceAnswer),
    async handle({ query, read }) {
      const page = readPage(query, audienceSortFields);
      const { items, total } = await listAudiences(read, { search: query.search }, page);
      const { id } = read.scope.organization;
      return {
        data: pageOf(
          items.map((audience) => audienceAnswerOf(id, audience)),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/device-audiences',
    summary: 'Create a device audience',
    tag,
    permission: 'audience.create',
    body: NewAudience,
    data: AudienceAnswer,
    async handle({ body, change, read }) {
      const { name, description = null, selectors } = body;
      const content = { name, description, selectors: readSelectors(selectors) };
      return answer(read, await change((context) => createAudience(context, content)));
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/device-audiences/preview',
    summary: 'List the devices that some selectors would match',
    description: 'Nothing is kept.',
    tag,
    permission: previewPermission,
    query: PageQuery,
    body: Type.Object({ selectors: Selectors }),
    data: PageOf(MemberAnswer),
    async handle({ query, body, read }) {
      const page = readDevicePage(query);
      const { items, total } = await previewSelectors(read, readSelectors(body.selectors), page);
      return { data: pageOf(items.map(memberAnswerOf), total, page) };
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/device-audiences/{deviceAudienceId}',
    summary: 'Get a device audience',
    tag,
    permission: 'audience.read',
    path,
    data: AudienceAnswer,
    async handle({ path, read }) {
      return answer(read, await requireAudience(read, idIn(path)));
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/device-audiences/{deviceAudienceId}/preview',
    summary: 'List the devices of an audience',
    description: 'With what each of them matches. An audience may have none.',
    tag,
    permission: previewPermission,
    path,
    query: PageQuery,
    data: PageOf(MemberAnswer),
    async handle({ path, query, read }) {
      const page = readDevicePage(query);
      const { selectors } = await requireAudience(read, idIn(path));
      const { items, total } = await listAudienceMembers(read, selectors, page);
      return { data: pageOf(items.map(memberAnswerOf), total, page) };
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/device-audiences/{deviceAudienceId}',
    summary: 'Update a device audience',
    description: 'Properties that are left out stay as they are; selectors are replaced whole.',
    tag,
    permission: 'audience.update',
    path,
    body: AudienceChange,
    data: AudienceAnswer,
    async handle({ path, body, change, ifMatch, read }) {
      const { selectors, ...rest } = body;
      const changes = { ...rest, ...(selectors && { selectors: readSelectors(selectors) }) };
      return answer(read, await change((context) => updateAudience(context, idIn(path), changes, ifMatch)));
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/device-audiences/{deviceAudienceId}',
    summary: 'Delete a device audience',
    description: 'Refused while an automation rule has it.',
    tag,
    permission: 'audience.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeAudience(context, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
];

function answer({ scope }: ReadContext, audience: Audience): EndpointAnswer<Static<typeof AudienceAnswer>> {
  return { data: audienceAnswerOf(scope.organization.id, audience), revision: audience.revision };
}
