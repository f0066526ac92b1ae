import { Type, type Static } from 'typebox';
import type { Id } from '../../../kernel/id.ts';
import { assetExtensions, assetSubTypes, assetTypes, formatOf, type Asset } from '../../../policies/index.ts';
import { hex, HexId, Timestamp } from '../shapes.ts';

export const AssetTypeName = Type.Enum([...assetTypes]);
export const AssetSubTypeName = Type.Enum([...assetSubTypes]);
export const AssetExtensionName = Type.Enum([...assetExtensions]);

export const AssetAnswer = Type.Object({
  id: HexId('Asset'),
  organizationId: HexId('Organization'),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  type: AssetTypeName,
  subType: Type.Optional(AssetSubTypeName),
  ext: AssetExtensionName,
  file: Type.Object({
    originalName: Type.String(),
    mimetype: Type.String(),
    size: Type.Integer({ description: 'Bytes' }),
    checksum: Type.String({ description: 'SHA-256 in hex' }),
  }),
  segmentId: Type.Integer({ description: 'Segment that the asset belongs to; 0 is the root' }),
  exposeToChildren: Type.Boolean(),
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});

export function assetAnswerOf(organizationId: Id, asset: Asset): Static<typeof AssetAnswer> {
  const { subType } = formatOf(asset.extension);
  return {
    id: hex(asset.id),
    organizationId: hex(organizationId),
    name: asset.name,
    ...(asset.description !== null && { description: asset.description }),
    type: asset.type,
    ...(subType && { subType }),
    ext: asset.extension,
    file: {
      originalName: asset.fileName,
      mimetype: asset.mimeType,
      size: asset.size,
      checksum: asset.sha256,
    },
    segmentId: asset.segment,
    exposeToChildren: asset.exposeToChildren,
    createdAt: asset.createdAt.toISOString(),
    updatedAt: asset.updatedAt.toISOString(),
  };
}
