import { createHash } from 'node:crypto';
import { anyOf, contains, listPage, sql, type Listed, type Page } from '../database/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { notFound } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import type { AdmxConfig, AdmxConfigWithContent } from './admx-config.ts';
import { admxConfigColumns, admxConfigOfRow } from './items.ts';
import { policiesTables } from './tables.ts';
import { refuseWhileUsed } from './uses.ts';

type AdmxConfigContent = Pick<
  AdmxConfigWithContent,
  'appName' | 'settingType' | 'fileName' | 'description' | 'content'
>;

export async function createAdmxConfig(
  context: WriteContext,
  input: AdmxConfigContent,
): Promise<AdmxConfigWithContent> {
  const { db, scope, now, newId } = context;
  const { appName, settingType, fileName, description, content } = input;
  const created: AdmxConfigWithContent = {
    id: newId(),
    appName,
    settingType,
    fileName,
    description,
    content,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await policiesTables(db)
    .insertInto('policies_admx_config')
    .values({
      organization_id: scope.organization.id,
      id: created.id,
      ...columnsOf(created),
      revision: created.revision,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await audit(context, {
    action: 'windows.admxConfig.create',
    target: targetOf(created),
    before: null,
    after: auditable(created),
  });
  return created;
}

/** Faults: `notFound`. */
export async function requireAdmxConfig(context: ReadContext, id: Id): Promise<AdmxConfigWithContent> {
  const row = await selectAdmxConfigs(context).selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw admxConfigNotFound(id);
  return { ...admxConfigOfRow(row), content: row.content };
}

/** The SHA-256 of the text of each of these that is there, in hex. */
export async function admxDigests(context: ReadContext, ids: readonly Id[]): Promise<Map<Id, string>> {
  if (ids.length === 0) return new Map();
  const rows = await selectAdmxConfigs(context)
    .select(['id', sql<string>`encode(sha256(convert_to(content, 'UTF8')), 'hex')`.as('sha256')])
    .where('id', '=', anyOf(ids))
    .execute();
  return new Map(rows.map(({ id, sha256 }) => [id, sha256]));
}

/** The text of each of these that is there. */
export async function admxTexts(context: ReadContext, ids: readonly Id[]): Promise<Map<Id, string>> {
  if (ids.length === 0) return new Map();
  const rows = await selectAdmxConfigs(context)
    .select(['id', 'content'])
    .where('id', '=', anyOf(ids))
    .execute();
  return new Map(rows.map(({ id, content }) => [id, content]));
}

/** The first sorts when nothing else is asked for. */
export const admxConfigSortFields = ['createdAt', 'updatedAt', 'appName', 'settingType', 'fileName'] as const;
type AdmxConfigSortField = (typeof admxConfigSortFields)[number];

const sortColumns = {
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  appName: 'app_name',
  settingType: 'setting_type',
  fileName: 'file_name',
} as const satisfies Record<AdmxConfigSortField, string>;

/** `search` is part of the application's, the setting type's or the file's name, without regard to case. */
export async function listAdmxConfigs(
  context: ReadContext,
  { search }: { readonly search?: string | undefined },
  page: Page<AdmxConfigSortField>,
): Promise<Listed<AdmxConfig>> {
  let matching = selectAdmxConfigs(context);
  if (search !== undefined) {
    matching = matching.where(contains(sql`concat_ws(E'\n', app_name, setting_type, file_name)`, search));
  }
  const { items, total } = await listPage(matching.select(admxConfigColumns), sortColumns, page);
  return { items: items.map(admxConfigOfRow), total };
}

/** Changes what `changes` names and leaves the rest. Faults: `notFound`, `preconditionFailed`. */
export async function updateAdmxConfig(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
  changes: Partial<AdmxConfigContent>,
): Promise<AdmxConfigWithContent> {
  const { db, scope, now } = context;
  const row = await selectAdmxConfigs(context)
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw admxConfigNotFound(id);
  requireRevision(ifMatch, row.revision);
  const before = { ...admxConfigOfRow(row), content: row.content };
  const after = revised(before, changes, now);
  if (after === before) return before;
  await policiesTables(db)
    .updateTable('policies_admx_config')
    .set({ ...columnsOf(after), revision: after.revision, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'windows.admxConfig.update',
    target: targetOf(after),
    before: auditable(before),
    after: auditable(after),
  });
  return after;
}

/** Faults: `notFound`, `preconditionFailed`, `inUse` while a policy has it. */
export async function removeAdmxConfig(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<void> {
  const { db, scope } = context;
  const row = await selectAdmxConfigs(context)
    .select(admxConfigColumns)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw admxConfigNotFound(id);
  requireRevision(ifMatch, row.revision);
  const before = admxConfigOfRow(row);
  await refuseWhileUsed(context, 'admxConfig', id, before.fileName);
  await policiesTables(db)
    .deleteFrom('policies_admx_config')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'windows.admxConfig.remove',
    target: targetOf(before),
    before,
    after: null,
  });
}

function selectAdmxConfigs({ db, scope }: ReadContext) {
  return policiesTables(db)
    .selectFrom('policies_admx_config')
    .where('organization_id', '=', scope.organization.id);
}

function admxConfigNotFound(id: Id) {
  return notFound('ADMX configuration', hexOfId(id));
}

function columnsOf({ appName, settingType, fileName, description, content }: AdmxConfigContent) {
  return {
    app_name: appName,
    setting_type: settingType,
    file_name: fileName,
    description,
    content,
  };
}

/** The audit log tells that the text changed, but does not keep megabytes of it. */
function auditable({ content, ...rest }: AdmxConfigWithContent) {
  return { ...rest, contentSha256: createHash('sha256').update(content).digest('hex') };
}

function targetOf({ id, fileName }: AdmxConfig) {
  return { type: 'admxConfig', id, name: fileName };
}
