import { Type, type Static } from 'typebox';
import {
  applicationSortFields,
  createApplication,
  listApplications,
  removeApplication,
  requireApplication,
  updateApplication,
  type Application,
} from '../../../policies/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HexId, idOf, PageOf, pageOf, PageQuery, readPage } from '../shapes.ts';
import {
  ApplicationAnswer,
  applicationAnswerOf,
  ApplicationChange,
  applicationConfigFields,
  NewApplicationBody,
  readApplicationConfig,
} from './windows-application-shape.ts';

const path = Type.Object({ winApplicationId: HexId('Windows application') });
const idIn = ({ winApplicationId }: Static<typeof path>) => idOf(winApplicationId, 'Windows application');

const tag = 'Windows applications';

/** https://docs.applivery.com/en/api/ > Windows > Windows Applications */
export const windowsApplicationsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/applications',
    summary: 'List Windows applications',
    tag,
    permission: 'windows.application.read',
    query: Type.Object({ ...PageQuery.properties, ...applicationConfigFields }),
    data: PageOf(ApplicationAnswer),
    async handle({ query, read }) {
      const { page: _, limit: __, sort: ___, ...filter } = query;
      const page = readPage(query, applicationSortFields);
      const { items, total } = await listApplications(read, readApplicationConfig(filter), page);
      return { data: pageOf(items.map(applicationAnswerOf), total, page) };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/windows/enterprise/applications',
    summary: 'Create a Windows application',
    tag,
    permission: 'windows.application.create',
    body: NewApplicationBody,
    data: ApplicationAnswer,
    async handle({ body: { type, config, info = {} }, change }) {
      const input = { type, config: readApplicationConfig(config), info };
      return answer(await change((context) => createApplication(context, input)));
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/applications/{winApplicationId}',
    summary: 'Get a Windows application',
    tag,
    permission: 'windows.application.read',
    path,
    data: ApplicationAnswer,
    async handle({ path, read }) {
      return answer(await requireApplication(read, idIn(path)));
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/windows/enterprise/applications/{winApplicationId}',
    summary: 'Update a Windows application',
    description: 'Properties that are left out stay as they are; config and info are replaced whole.',
    tag,
    permission: 'windows.application.update',
    path,
    body: ApplicationChange,
    data: ApplicationAnswer,
    async handle({ path, body: { config, ...rest }, change, ifMatch }) {
      const changes = { ...rest, ...(config && { config: readApplicationConfig(config) }) };
      return answer(await change((context) => updateApplication(context, idIn(path), ifMatch, changes)));
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/windows/enterprise/applications/{winApplicationId}',
    summary: 'Delete a Windows application',
    description: 'Refused while a policy deploys it.',
    tag,
    permission: 'windows.application.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeApplication(context, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
];

function answer(application: Application) {
  return { data: applicationAnswerOf(application), revision: application.revision };
}
