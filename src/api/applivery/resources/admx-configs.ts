import { Type, type Static } from 'typebox';
import {
  admxConfigSortFields,
  createAdmxConfig,
  listAdmxConfigs,
  removeAdmxConfig,
  requireAdmxConfig,
  updateAdmxConfig,
  type AdmxConfig,
  type AdmxConfigWithContent,
} from '../../../policies/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HexId, idOf, PageOf, pageOf, PageQuery, readPage, Timestamp } from '../shapes.ts';
import { admxConfigFields, AdmxConfigInfo, admxConfigInfoOf } from './admx-config-shape.ts';
import { NullableText } from './nullable-text.ts';

const Content = Type.String({ minLength: 1, description: 'Text of the ADMX file' });

const AdmxConfigItem = Type.Object({
  ...AdmxConfigInfo.properties,
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});
const AdmxConfigAnswer = Type.Object({ ...AdmxConfigItem.properties, content: Content });

const Name = (field: keyof typeof admxConfigFields) => ({ ...admxConfigFields[field], minLength: 1 });
const names = {
  appName: Name('appName'),
  settingType: Name('settingType'),
  fileName: Name('fileName'),
};
const description = Type.Optional(NullableText(1024, 'Description'));

const path = Type.Object({ winAdmxConfigId: HexId('ADMX configuration') });
const idIn = ({ winAdmxConfigId }: Static<typeof path>) => idOf(winAdmxConfigId, 'ADMX configuration');

const tag = 'ADMX configurations';

/** The vendor documents the object and its id in policies, but no operations. These follow the style of the others. */
export const admxConfigsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/admx-configs',
    summary: 'List ADMX configurations',
    description: 'Without their texts.',
    tag,
    permission: 'windows.admxConfig.read',
    query: Type.Object({
      ...PageQuery.properties,
      search: Type.Optional(
        Type.String({ maxLength: 256, description: 'Part of the application, setting type or file name' }),
      ),
    }),
    data: PageOf(AdmxConfigItem),
    async handle({ query, read }) {
      const page = readPage(query, admxConfigSortFields);
      const { items, total } = await listAdmxConfigs(read, { search: query.search }, page);
      return { data: pageOf(items.map(itemOf), total, page) };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/windows/enterprise/admx-configs',
    summary: 'Create an ADMX configuration',
    tag,
    permission: 'windows.admxConfig.create',
    body: Type.Object({ ...names, description, content: Content }),
    data: AdmxConfigAnswer,
    async handle({ body, change }) {
      const input = { ...body, description: body.description ?? null };
      return answer(await change((context) => createAdmxConfig(context, input)));
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/admx-configs/{winAdmxConfigId}',
    summary: 'Get an ADMX configuration',
    tag,
    permission: 'windows.admxConfig.read',
    path,
    data: AdmxConfigAnswer,
    async handle({ path, read }) {
      return answer(await requireAdmxConfig(read, idIn(path)));
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/windows/enterprise/admx-configs/{winAdmxConfigId}',
    summary: 'Update an ADMX configuration',
    description: 'Properties that are left out stay as they are.',
    tag,
    permission: 'windows.admxConfig.update',
    path,
    body: Type.Partial(Type.Object({ ...names, description, content: Content })),
    data: AdmxConfigAnswer,
    async handle({ path, body, change, ifMatch }) {
      return answer(await change((context) => updateAdmxConfig(context, idIn(path), ifMatch, body)));
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/windows/enterprise/admx-configs/{winAdmxConfigId}',
    summary: 'Delete an ADMX configuration',
    description: 'Refused while a policy has it.',
    tag,
    permission: 'windows.admxConfig.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeAdmxConfig(context, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
];

function itemOf(config: AdmxConfig): Static<typeof AdmxConfigItem> {
  return {
    ...admxConfigInfoOf(config),
    createdAt: config.createdAt.toISOString(),
    updatedAt: config.updatedAt.toISOString(),
  };
}

function answer(config: AdmxConfigWithContent) {
  return { data: { ...itemOf(config), content: config.content }, revision: config.revision };
}
