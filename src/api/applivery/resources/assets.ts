import { Type, type Static } from 'typebox';
import { invalidInput } from '../../../kernel/fault.ts';
import {
  assetSortFields,
  createAsset,
  listAssets,
  readScript,
  removeAsset,
  requireAsset,
  updateAsset,
  type Asset,
} from '../../../policies/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HexId, idOf, PageOf, pageOf, PageQuery, readPage, SegmentNumber } from '../shapes.ts';
import {
  AssetAnswer,
  assetAnswerOf,
  AssetExtensionName,
  AssetSubTypeName,
  AssetTypeName,
} from './asset-shape.ts';
import { NullableText } from './nullable-text.ts';
import { segmentQuery, segmentsOf } from './segment-query.ts';

const content = {
  description: Type.Optional(NullableText(256, 'Description')),
  segmentId: Type.Optional(SegmentNumber),
  exposeToChildren: Type.Optional(Type.Boolean({ description: 'Segments below may use it too' })),
};
const Name = Type.String({ minLength: 1, maxLength: 256 });

const path = Type.Object({ mdmAssetId: HexId('Asset') });
const idIn = ({ mdmAssetId }: Static<typeof path>) => idOf(mdmAssetId, 'Asset');

const tag = 'Assets';

/** https://docs.applivery.com/en/api/ > UEM > Assets */
export const assetsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/assets',
    summary: 'List assets',
    tag,
    permission: 'asset.read',
    query: Type.Object({
      ...PageQuery.properties,
      type: Type.Optional(AssetTypeName),
      subType: Type.Optional(AssetSubTypeName),
      ext: Type.Optional(AssetExtensionName),
      name: Type.Optional(Type.String({ maxLength: 256, description: 'Part of the name' })),
      ...segmentQuery,
    }),
    data: PageOf(AssetAnswer),
    async handle({ query, read }) {
      const { type, subType, ext, name } = query;
      const page = readPage(query, assetSortFields);
      const segments = await segmentsOf(read, query);
      const filter = { type, subType, extension: ext, name, segments };
      const { items, total } = await listAssets(read, filter, page);
      const { id } = read.scope.organization;
      return {
        data: pageOf(
          items.map((asset) => assetAnswerOf(id, asset)),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/assets',
    summary: 'Upload an asset',
    description:
      'A form with the file in the field "file". The type follows from the extension; without a name it has that of the file.',
    tag,
    permission: 'asset.create',
    consumes: 'multipart',
    body: Type.Object({ name: Type.Optional(Name), ...content }),
    data: AssetAnswer,
    async handle({ body, upload, change, read }) {
      if (!upload) throw invalidInput([{ path: 'file', message: 'is required' }]);
      if (upload.fileName.length > 256) {
        throw invalidInput([{ path: 'file', message: 'must have a name of at most 256 characters' }]);
      }
      const asset = await change((context) => createAsset(context, { ...upload, ...contentOf(body) }));
      return answer(read.scope.organization, asset);
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/assets/{mdmAssetId}',
    summary: 'Get an asset',
    tag,
    permission: 'asset.read',
    path,
    data: AssetAnswer,
    async handle({ path, read }) {
      return answer(read.scope.organization, await requireAsset(read, idIn(path)));
    },
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/assets/{mdmAssetId}/view',
    summary: 'Read a script',
    description: 'The text of an asset of type script.',
    tag,
    permission: 'asset.read',
    path,
    data: Type.Object({ content: Type.String() }),
    async handle({ path, read }) {
      return { data: { content: await readScript(read, idIn(path)) } };
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/assets/{mdmAssetId}',
    summary: 'Update an asset',
    description: 'Properties that are left out stay as they are. The file cannot be replaced.',
    tag,
    permission: 'asset.update',
    path,
    body: Type.Object({ name: Type.Optional(Name), ...content }),
    data: AssetAnswer,
    async handle({ path, body, change, ifMatch, read }) {
      const asset = await change((context) => updateAsset(context, idIn(path), ifMatch, contentOf(body)));
      return answer(read.scope.organization, asset);
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/assets/{mdmAssetId}',
    summary: 'Delete an asset',
    description: 'Refused while a policy, an application or a device has it.',
    tag,
    permission: 'asset.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeAsset(context, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
];

/** The body with the segment as an integer, where it names one. */
function contentOf<Body extends { segmentId?: number | string }>({ segmentId, ...rest }: Body) {
  return { ...rest, ...(segmentId !== undefined && { segment: Number(segmentId) }) };
}

function answer({ id }: Organization, asset: Asset) {
  return { data: assetAnswerOf(id, asset), revision: asset.revision };
}
