import type { Device } from '../../../devices/index.ts';
import { inventoryOf } from '../../../devices/inventory/index.ts';
import type { Id } from '../../../kernel/id.ts';
import type { Catalogue, WindowsVersion } from '../../../policies/csp/index.ts';
import {
  admxDigests,
  loadItems,
  type Application,
  type Asset,
  type Items as ReferredItems,
  type ResolvedDocument,
} from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { status } from '../inventory/system.ts';
import { toldNodes } from '../inventory/told-nodes.ts';
import type { MsiReader } from '../msi/msi-reader.ts';
import { shortDigest } from './command-ids.ts';
import { referenceOf, type AdmxFile, type PackageOfApplication, type WantedSources } from './wanted.ts';

/** What a document refers to, as far as it is there; at most two statements, and none for most documents. */
export async function referredItems(
  { db, scope }: ReadContext,
  { settings }: ResolvedDocument,
): Promise<ReferredItems> {
  const references = settings.flatMap(({ key }) => {
    const reference = referenceOf(key);
    return reference ? [{ kind: reference.part, id: reference.id, path: key }] : [];
  });
  if (references.length === 0) return { applications: new Map(), admxConfigs: new Map(), assets: new Map() };
  const [items] = await loadItems(db, [{ organizationId: scope.organization.id, references }]);
  return items!;
}

/** Stands for the content of what a document refers to: the document is the same when that changes. */
export function revisionsOf({ applications, admxConfigs }: ReferredItems): string {
  const revisions = [...applications.values(), ...admxConfigs.values()].map(
    ({ id, revision }) => `${id} ${revision}`,
  );
  return shortDigest(...revisions.toSorted());
}

/** What it takes to know what a PC shall have. */
export async function wantedSources(
  context: ReadContext,
  device: Device,
  { catalogue, referred, msi }: { catalogue: Catalogue; referred: ReferredItems; msi: MsiReader },
): Promise<WantedSources> {
  return {
    catalogue,
    version: await versionOf(context, device),
    admxFiles: await admxFilesOf(context, referred),
    packages: await packagesOf(context, referred, msi),
  };
}

/** The number of the edition is in the inventory alone. */
async function versionOf({ db, scope }: ReadContext, { id, summary }: Device): Promise<WindowsVersion> {
  const [told] = await inventoryOf(db, [{ organizationId: scope.organization.id, id }], ['device']);
  const edition = toldNodes(told?.device?.content).get(status.edition.locUri);
  return {
    build: summary.osVersion,
    edition: edition !== undefined && /^\d{1,9}$/.test(edition) ? Number(edition) : undefined,
  };
}

async function admxFilesOf(
  context: ReadContext,
  { admxConfigs }: ReferredItems,
): Promise<ReadonlyMap<Id, AdmxFile>> {
  const digests = await admxDigests(context, [...admxConfigs.keys()]);
  return new Map(
    [...admxConfigs.values()].flatMap(({ id, appName, settingType, fileName }) => {
      const sha256 = digests.get(id);
      return sha256 === undefined ? [] : [[id, { id, appName, settingType, fileName, sha256 }] as const];
    }),
  );
}

/** What the applications among these install, by the application. */
export async function packagesOf(
  context: ReadContext,
  { applications }: Pick<ReferredItems, 'applications'>,
  msi: MsiReader,
): Promise<ReadonlyMap<Id, PackageOfApplication>> {
  const references = [...applications.values()].flatMap(({ config, id }) =>
    config.mdmAssetId ? [{ kind: 'asset' as const, id: config.mdmAssetId, path: id }] : [],
  );
  const organizationId = context.scope.organization.id;
  const [items] = await loadItems(context.db, [{ organizationId, references }]);
  const packages = new Map<Id, PackageOfApplication>();
  for (const application of applications.values()) {
    const asset = application.config.mdmAssetId && items!.assets.get(application.config.mdmAssetId);
    packages.set(application.id, await packageOf(context, application, asset, msi));
  }
  return packages;
}

async function packageOf(
  context: ReadContext,
  application: Application,
  asset: Asset | undefined,
  msi: MsiReader,
): Promise<PackageOfApplication> {
  if (application.type !== 'asset') {
    return { reason: 'This version installs applications from uploaded MSI packages only.' };
  }
  if (!asset) return { reason: 'The package of the application is not there any more.' };
  if (asset.extension !== 'msi') {
    const reason = `Windows' management protocol installs MSI packages, and '${asset.fileName}' is none.`;
    return { reason };
  }
  const product = await msi.read(context, asset);
  if ('reason' in product) return product;
  return {
    assetId: asset.id,
    name: application.info.name ?? asset.name,
    msi: { ...product, sha256: asset.sha256 },
  };
}
