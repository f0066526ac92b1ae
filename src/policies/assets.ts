import { createHash } from 'node:crypto';
import { contains, listPage, sql, type Listed, type Page } from '../database/index.ts';
import { requireSegmentOfInput } from '../devices/index.ts';
import { rootSegmentId } from '../directory/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { invalidInput, notFound } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { Secret } from '../kernel/secret.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import type { Asset, AssetContent } from './asset.ts';
import {
  assetExtensions,
  extensionOf,
  extensionsOf,
  formatOf,
  type AssetExtension,
  type AssetSubType,
  type AssetType,
} from './asset-type.ts';
import { assetOfRow } from './items.ts';
import { policiesTables } from './tables.ts';
import { refuseWhileUsed } from './uses.ts';

export interface NewAsset extends Partial<AssetContent> {
  readonly fileName: string;
  readonly mimeType: string;
  readonly content: Buffer;
}

/**
 * Keeps an uploaded file. Without a name it has that of the file. Faults: `invalidInput` (an extension that no asset has, an empty file,
 * no such segment).
 */
export async function createAsset(context: WriteContext, input: NewAsset): Promise<Asset> {
  const { db, scope, now, newId, secrets } = context;
  const extension = requireExtension(input);
  const asset: Asset = {
    id: newId(),
    name: input.name ?? input.fileName,
    description: input.description ?? null,
    type: formatOf(extension).type,
    extension,
    fileName: input.fileName,
    mimeType: input.mimeType,
    size: input.content.length,
    sha256: createHash('sha256').update(input.content).digest('hex'),
    segment: input.segment ?? rootSegmentId,
    exposeToChildren: input.exposeToChildren ?? false,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await requireSegmentOfInput(context, asset.segment);
  const sealed = asset.type === 'certificate';
  await policiesTables(db)
    .insertInto('policies_asset')
    .values({
      organization_id: scope.organization.id,
      id: asset.id,
      ...columnsOf(asset),
      type: asset.type,
      ext: asset.extension,
      file_name: asset.fileName,
      mime_type: asset.mimeType,
      size: asset.size,
      sha256: asset.sha256,
      revision: asset.revision,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await policiesTables(db)
    .insertInto('policies_asset_content')
    .values({
      organization_id: scope.organization.id,
      asset_id: asset.id,
      sealed,
      content: sealed
        ? secrets.seal(new Secret(input.content.toString('base64')), `policies_asset_content:${asset.id}`)
        : input.content,
    })
    .execute();
  await audit(context, { action: 'asset.create', target: targetOf(asset), before: null, after: asset });
  return asset;
}

/** Faults: `notFound`. */
export async function requireAsset(context: ReadContext, id: Id): Promise<Asset> {
  const row = await selectAssets(context).selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw assetNotFound(id);
  return assetOfRow(row);
}

/** The text of a script. Faults: `notFound`, `invalidInput` (another type of asset). */
export async function readScript(context: ReadContext, id: Id): Promise<string> {
  const { type, name } = await requireAsset(context, id);
  if (type !== 'script') {
    throw invalidInput([
      { path: 'mdmAssetId', message: `'${name}' is an asset of type ${type}; only scripts can be viewed` },
    ]);
  }
  const { content } = await policiesTables(context.db)
    .selectFrom('policies_asset_content')
    .select('content')
    .where('organization_id', '=', context.scope.organization.id)
    .where('asset_id', '=', id)
    .executeTakeFirstOrThrow();
  return textOf(content);
}

/** A part of the file, which is kept as it is; empty behind its end. Certificates are sealed, and have none. */
export async function readAssetPart(
  { db, scope }: ReadContext,
  id: Id,
  part: { readonly start: number; readonly length: number },
): Promise<Buffer> {
  const row = await policiesTables(db)
    .selectFrom('policies_asset_content')
    // PostgreSQL counts from 1.
    .select(sql<Buffer>`substring(content from ${part.start + 1} for ${part.length})`.as('bytes'))
    .where('organization_id', '=', scope.organization.id)
    .where('asset_id', '=', id)
    .where('sealed', '=', false)
    .executeTakeFirst();
  return row?.bytes ?? Buffer.alloc(0);
}

/** The files of scripts, as they were uploaded, in one statement. */
export async function scriptContents(
  { db, scope }: ReadContext,
  ids: readonly Id[],
): Promise<Map<Id, Buffer>> {
  if (ids.length === 0) return new Map();
  const rows = await policiesTables(db)
    .selectFrom('policies_asset_content')
    .select(['asset_id', 'content'])
    .where('organization_id', '=', scope.organization.id)
    .where('asset_id', '=', sql<Id>`any(${ids}::uuid[])`)
    .where('sealed', '=', false)
    .execute();
  return new Map(rows.map((row) => [row.asset_id, row.content]));
}

/** Scripts are UTF-8, or UTF-16 with the byte order mark that Windows' editors write. */
function textOf(content: Buffer): string {
  const isUtf16 = content[0] === 0xff && content[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(content);
}

export interface AssetFilter {
  readonly type?: AssetType | undefined;
  readonly subType?: AssetSubType | undefined;
  readonly extension?: AssetExtension | undefined;
  /** Part of the name, without regard to case. */
  readonly name?: string | undefined;
  /** Assets of one of these segments. */
  readonly segments?: readonly number[] | undefined;
}

/** The first sorts when nothing else is asked for. */
export const assetSortFields = ['createdAt', 'updatedAt', 'name', 'type', 'size'] as const;
type AssetSortField = (typeof assetSortFields)[number];

const sortColumns = {
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  name: 'name',
  type: 'type',
  size: 'size',
} as const satisfies Record<AssetSortField, string>;

export async function listAssets(
  context: ReadContext,
  filter: AssetFilter,
  page: Page<AssetSortField>,
): Promise<Listed<Asset>> {
  let matching = selectAssets(context);
  if (filter.type !== undefined) matching = matching.where('type', '=', filter.type);
  if (filter.subType !== undefined) {
    matching = matching.where('ext', 'in', extensionsOf(filter.subType));
  }
  if (filter.extension !== undefined) matching = matching.where('ext', '=', filter.extension);
  if (filter.name !== undefined) matching = matching.where(contains('name', filter.name));
  if (filter.segments !== undefined) {
    matching = matching.where(sql<boolean>`coalesce(segment_id, 0) = any(${filter.segments}::integer[])`);
  }
  const { items, total } = await listPage(matching.selectAll(), sortColumns, page);
  return { items: items.map(assetOfRow), total };
}

/** Changes what `changes` names and leaves the rest. Faults: `notFound`, `preconditionFailed`, `invalidInput` (no such segment). */
export async function updateAsset(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
  changes: Partial<AssetContent>,
): Promise<Asset> {
  const { db, scope, now } = context;
  const before = await lockAsset(context, id, ifMatch, 'forNoKeyUpdate');
  const after = revised(before, changes, now);
  if (after === before) return before;
  if (after.segment !== before.segment) await requireSegmentOfInput(context, after.segment);
  await policiesTables(db)
    .updateTable('policies_asset')
    .set({ ...columnsOf(after), revision: after.revision, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, { action: 'asset.update', target: targetOf(after), before, after });
  return after;
}

/** Faults: `notFound`, `preconditionFailed`, `inUse` while a policy, an application or a device has it. */
export async function removeAsset(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<void> {
  const { db, scope } = context;
  const before = await lockAsset(context, id, ifMatch, 'forUpdate');
  await refuseWhileUsed(context, 'asset', id, before.name);
  await policiesTables(db)
    .deleteFrom('policies_asset')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, { action: 'asset.remove', target: targetOf(before), before, after: null });
}

function requireExtension({ fileName, content }: NewAsset): AssetExtension {
  const extension = extensionOf(fileName);
  if (!extension) {
    throw invalidInput([
      {
        path: 'file',
        message: `'${fileName}' must have one of the extensions ${assetExtensions.join(', ')}`,
      },
    ]);
  }
  if (content.length === 0) throw invalidInput([{ path: 'file', message: `'${fileName}' is empty` }]);
  return extension;
}

/** `forUpdate` also makes those wait who are about to refer to it. */
async function lockAsset(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
  lock: 'forUpdate' | 'forNoKeyUpdate',
): Promise<Asset> {
  const row = await selectAssets(context).selectAll().where('id', '=', id)[lock]().executeTakeFirst();
  if (!row) throw assetNotFound(id);
  requireRevision(ifMatch, row.revision);
  return assetOfRow(row);
}

function selectAssets({ db, scope }: ReadContext) {
  return policiesTables(db).selectFrom('policies_asset').where('organization_id', '=', scope.organization.id);
}

function assetNotFound(id: Id) {
  return notFound('Asset', hexOfId(id));
}

function columnsOf({ name, description, segment, exposeToChildren }: AssetContent) {
  return {
    name,
    description,
    segment_id: segment === rootSegmentId ? null : segment,
    expose_to_children: exposeToChildren,
  };
}

function targetOf({ id, name }: Asset) {
  return { type: 'asset', id, name };
}
