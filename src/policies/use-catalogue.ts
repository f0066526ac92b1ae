import { createHash } from 'node:crypto';
import { transact, type Transaction } from '../database/index.ts';
import { notFound } from '../kernel/fault.ts';
import { audit, change, listOrganizations, operatorScope, type ChangeServices } from '../tenancy/index.ts';
import {
  catalogueDifference,
  catalogueInUse,
  getCspVersion,
  keepCspVersion,
  lockCspVersions,
  putInUse,
  readDdfZip,
  type CatalogueDifference,
} from './csp/index.ts';
import { platformOfKind, policyFamilies } from './policy-families.ts';
import { policiesTables } from './tables.ts';

/** What came of putting another catalogue of Windows settings in use. */
export interface CatalogueChange extends CatalogueDifference {
  /** The version that is in use now; 0 is what Muster brings, alone. */
  readonly version: number;
}

interface CatalogueFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Reads Microsoft's zip file of DDF files, keeps it as a version and puts it in use. A file that was imported before gets no version again.
 * Nothing is changed unless all of it can be read. Faults: `malformedBody`, `payloadTooLarge`.
 */
export async function importCatalogue(
  services: ChangeServices,
  requestId: string,
  { name, bytes }: CatalogueFile,
): Promise<CatalogueChange> {
  const nodes = await readDdfZip(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return changeCatalogue(services, requestId, (transaction) =>
    keepCspVersion(transaction, { fileName: name, sha256, importedAt: services.clock(), nodes }),
  );
}

/** Puts a version in use that was imported before; 0 is what Muster brings, alone. Faults: `notFound`. */
export async function useCatalogue(
  services: ChangeServices,
  requestId: string,
  version: number,
): Promise<CatalogueChange> {
  return changeCatalogue(services, requestId, async (transaction) => {
    if (version !== 0 && !(await getCspVersion(transaction, version))) {
      throw notFound('Version of the catalogue', String(version));
    }
    return version;
  });
}

/** In one transaction with what follows from it: what devices of every organization shall have by their Windows policies. */
async function changeCatalogue(
  services: ChangeServices,
  requestId: string,
  choose: (transaction: Transaction) => Promise<number>,
): Promise<CatalogueChange> {
  return transact(services.database, async (transaction) => {
    await lockCspVersions(transaction);
    const before = await catalogueInUse(transaction);
    const version = await choose(transaction);
    await putInUse(transaction, version);
    const after = await catalogueInUse(transaction);
    if (version !== before.version) {
      const change = { before: { version: before.version }, after: { version } };
      await recalculateWindowsPolicies({ ...services, database: transaction }, requestId, change);
    }
    return { version, ...catalogueDifference(before, after) };
  });
}

const windowsKinds = policyFamilies
  .flatMap(({ kinds }): readonly string[] => kinds)
  .filter((kind) => platformOfKind(kind) === 'windows');

async function recalculateWindowsPolicies(
  services: ChangeServices,
  requestId: string,
  { before, after }: { readonly before: object; readonly after: { readonly version: number } },
): Promise<void> {
  for (const organization of await listOrganizations(services.database)) {
    await change(services, operatorScope(organization, requestId), async (context) => {
      const policies = await policiesTables(context.db)
        .selectFrom('policies_policy')
        .select('id')
        .where('organization_id', '=', organization.id)
        .where('kind', 'in', windowsKinds)
        .execute();
      for (const { id } of policies) context.touched.policies.add(id);
      const target = { type: 'cspCatalogue', id: String(after.version) };
      await audit(context, { action: 'cspCatalogue.use', target, before, after });
    });
  }
}
