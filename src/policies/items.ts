import { sql, type Reader } from '../database/index.ts';
import { rootSegmentId } from '../directory/index.ts';
import { invalidInput } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import type { AdmxConfig } from './admx-config.ts';
import type { Application } from './application.ts';
import type { Asset } from './asset.ts';
import { policiesTables, type AdmxConfigRow, type ApplicationRow, type AssetRow } from './tables.ts';

interface ItemKind {
  /** With its article, for people. */
  readonly noun: string;
  readonly isIn: (items: Items, id: Id) => boolean;
}

/** What a policy, a device or an application can refer to. Scripts and installers are assets of a certain type. */
const itemKinds = {
  application: { noun: 'a Windows application', isIn: ({ applications }, id) => applications.has(id) },
  admxConfig: { noun: 'an ADMX configuration', isIn: ({ admxConfigs }, id) => admxConfigs.has(id) },
  asset: { noun: 'an asset', isIn: ({ assets }, id) => assets.has(id) },
  script: {
    noun: 'an asset of type script',
    isIn: ({ assets }, id) => assets.get(id)?.type === 'script',
  },
  installer: {
    noun: 'an asset of type app',
    isIn: ({ assets }, id) => assets.get(id)?.type === 'app',
  },
} as const satisfies Record<string, ItemKind>;

export interface ItemReference {
  readonly kind: keyof typeof itemKinds;
  readonly id: Id;
  /** Where the input names it. */
  readonly path: string;
}

/** References of one organization's policies and devices. */
export interface WantedItems {
  readonly organizationId: Id;
  readonly references: readonly ItemReference[];
}

/** What references refer to, as far as it is there. */
export interface Items {
  readonly applications: ReadonlyMap<Id, Application>;
  readonly admxConfigs: ReadonlyMap<Id, AdmxConfig>;
  /** Scripts too. */
  readonly assets: ReadonlyMap<Id, Asset>;
}

/** Loads items of any organizations in at most three statements, one answer for each that is wanted. */
export async function loadItems(reader: Reader, wanted: readonly WantedItems[]): Promise<Items[]> {
  const from = tablesOfItems(reader);
  const applications = await loaded(from.applications, wanted, isApplication, applicationOfRow);
  const admxConfigs = await loaded(from.admxConfigs, wanted, isAdmxConfig, admxConfigOfRow);
  const assets = await loaded(from.assets, wanted, isAsset, assetOfRow);
  return wanted.map(({ organizationId }) => ({
    applications: applications.get(organizationId) ?? new Map(),
    admxConfigs: admxConfigs.get(organizationId) ?? new Map(),
    assets: assets.get(organizationId) ?? new Map(),
  }));
}

/**
 * Loads the items that a change refers to and keeps them from being removed before it is done. Faults: `invalidInput`, for each that the
 * organization does not have.
 */
export async function lockItems(
  { db, scope }: WriteContext,
  references: readonly ItemReference[],
): Promise<Items> {
  const organizationId = scope.organization.id;
  const wanted = [{ organizationId, references }];
  const from = tablesOfItems(db);
  const ofOrganization = <Item>(byOrganization: Map<Id, Map<Id, Item>>) =>
    byOrganization.get(organizationId) ?? new Map<Id, Item>();
  const items: Items = {
    applications: ofOrganization(
      await loaded(from.applications.forKeyShare(), wanted, isApplication, applicationOfRow),
    ),
    admxConfigs: ofOrganization(
      await loaded(from.admxConfigs.forKeyShare(), wanted, isAdmxConfig, admxConfigOfRow),
    ),
    assets: ofOrganization(await loaded(from.assets.forKeyShare(), wanted, isAsset, assetOfRow)),
  };
  const missing = references.filter(({ kind, id }) => !itemKinds[kind].isIn(items, id));
  if (missing.length > 0) {
    throw invalidInput(
      missing.map(({ kind, id, path }) => ({
        path,
        message: `'${hexOfId(id)}' is not ${itemKinds[kind].noun} of this organization`,
      })),
    );
  }
  return items;
}

const isApplication = ({ kind }: ItemReference) => kind === 'application';
const isAdmxConfig = ({ kind }: ItemReference) => kind === 'admxConfig';
const isAsset = (reference: ItemReference) => !isApplication(reference) && !isAdmxConfig(reference);

function tablesOfItems(reader: Reader) {
  const from = policiesTables(reader);
  return {
    applications: from.selectFrom('policies_application').selectAll(),
    admxConfigs: from.selectFrom('policies_admx_config').select(admxConfigColumns),
    assets: from.selectFrom('policies_asset').selectAll(),
  };
}

interface ItemQuery<Row> {
  where(column: 'organization_id' | 'id', operator: '=', value: ReturnType<typeof sql<Id>>): ItemQuery<Row>;
  execute(): Promise<Row[]>;
}

async function loaded<Row extends { organization_id: Id; id: Id }, Item>(
  query: ItemQuery<Row>,
  wanted: readonly WantedItems[],
  isOfTable: (reference: ItemReference) => boolean,
  itemOfRow: (row: Row) => Item,
): Promise<Map<Id, Map<Id, Item>>> {
  const organizations = new Set<Id>();
  const ids = new Set<Id>();
  for (const { organizationId, references } of wanted) {
    for (const reference of references) {
      if (!isOfTable(reference)) continue;
      organizations.add(organizationId);
      ids.add(reference.id);
    }
  }
  if (ids.size === 0) return new Map();
  const rows = await query
    .where('organization_id', '=', sql<Id>`any(${[...organizations]}::uuid[])`)
    .where('id', '=', sql<Id>`any(${[...ids]}::uuid[])`)
    .execute();
  const byOrganization = Map.groupBy(rows, (row) => row.organization_id);
  return new Map(
    [...byOrganization].map(([organizationId, ofOne]) => [
      organizationId,
      new Map(ofOne.map((row) => [row.id, itemOfRow(row)])),
    ]),
  );
}

export function applicationOfRow(row: ApplicationRow): Application {
  return {
    id: row.id,
    type: row.type,
    config: row.config,
    info: row.info,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Everything but the content, which may be megabytes. */
export const admxConfigColumns = [
  'organization_id',
  'id',
  'app_name',
  'setting_type',
  'file_name',
  'description',
  'revision',
  'created_at',
  'updated_at',
] as const;

export function admxConfigOfRow(row: Omit<AdmxConfigRow, 'content'>): AdmxConfig {
  return {
    id: row.id,
    appName: row.app_name,
    settingType: row.setting_type,
    fileName: row.file_name,
    description: row.description,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function assetOfRow(row: AssetRow): Asset {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    type: row.type,
    extension: row.ext,
    fileName: row.file_name,
    mimeType: row.mime_type,
    size: row.size,
    sha256: row.sha256,
    segment: row.segment_id ?? rootSegmentId,
    exposeToChildren: row.expose_to_children,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
