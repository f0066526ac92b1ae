import { isDeepStrictEqual } from 'node:util';
import { kept, sql, type Reader, type Transaction } from '../../database/index.ts';
import { catalogueOf, leavesOf, type Catalogue } from './catalogue.ts';
import type { CspNode } from './node.ts';
import { builtInNodes } from './nodes/index.ts';
import { cspTables, type VersionRow } from './tables.ts';

/** An import of Microsoft's DDF files. Its number is the version of the catalogue that it makes together with what Muster brings. */
export interface CspVersion {
  readonly number: number;
  readonly fileName: string;
  readonly sha256: string;
  /** How many of its nodes hold a value. */
  readonly leaves: number;
  readonly importedAt: Date;
  readonly inUse: boolean;
}

/** What Muster brings, alone. */
export const builtInCatalogue = catalogueOf(0, builtInNodes);

/**
 * The catalogue that counts now: what Muster brings and, before it, the imported version that is in use. One small statement; the nodes are
 * read once by each process.
 */
export async function catalogueInUse(reader: Reader): Promise<Catalogue> {
  const row = await cspTables(reader)
    .selectFrom('policies_csp_version')
    .select('number')
    .where('in_use', '=', true)
    .executeTakeFirst();
  if (!row) return builtInCatalogue;
  const version = row.number;
  return kept(reader, { name: 'csp catalogue', version }, () => readCatalogue(reader, version));
}

/** A version is never changed or removed, so that it is there. */
async function readCatalogue(reader: Reader, number: number): Promise<Catalogue> {
  const { nodes } = await cspTables(reader)
    .selectFrom('policies_csp_version')
    .select('nodes')
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  return catalogueOf(number, builtInNodes, nodes);
}

/** The imported versions, newest first. */
export async function listCspVersions(reader: Reader): Promise<CspVersion[]> {
  const rows = await selectVersions(reader).orderBy('number', 'desc').execute();
  return rows.map(versionOfRow);
}

/** The imported version with this number; undefined when there is none. */
export async function getCspVersion(reader: Reader, number: number): Promise<CspVersion | undefined> {
  const row = await selectVersions(reader).where('number', '=', number).executeTakeFirst();
  return row && versionOfRow(row);
}

const columns = ['number', 'file_name', 'sha256', 'leaves', 'imported_at', 'in_use'] as const;

function selectVersions(reader: Reader) {
  return cspTables(reader).selectFrom('policies_csp_version').select(columns);
}

function versionOfRow(row: Omit<VersionRow, 'nodes'>): CspVersion {
  return {
    number: row.number,
    fileName: row.file_name,
    sha256: row.sha256,
    leaves: row.leaves,
    importedAt: row.imported_at,
    inUse: row.in_use,
  };
}

export interface NewCspVersion extends Pick<CspVersion, 'fileName' | 'sha256' | 'importedAt'> {
  readonly nodes: readonly CspNode[];
}

/** Makes whoever changes versions wait for each other until their transactions end. */
export async function lockCspVersions({ connection }: Transaction): Promise<void> {
  await sql`lock table policies_csp_version in exclusive mode`.execute(connection);
}

/** Keeps an import, which is not in use yet, and returns its number. The same nodes of the same file are kept once. */
export async function keepCspVersion(
  transaction: Transaction,
  { fileName, sha256, importedAt, nodes }: NewCspVersion,
): Promise<number> {
  const text = JSON.stringify(nodes);
  const versions = cspTables(transaction);
  const known = await versions
    .selectFrom('policies_csp_version')
    .select(['number', 'nodes'])
    .where('sha256', '=', sha256)
    .orderBy('number', 'desc')
    .executeTakeFirst();
  if (known && isDeepStrictEqual(known.nodes, JSON.parse(text))) return known.number;
  const leaves = leavesOf(nodes).length;
  const { number } = await versions
    .insertInto('policies_csp_version')
    .values({ file_name: fileName, sha256, leaves, nodes: text, imported_at: importedAt, in_use: false })
    .returning('number')
    .executeTakeFirstOrThrow();
  return number;
}

/** Has a version counted from now on; 0 is what Muster brings, alone. */
export async function putInUse(transaction: Transaction, number: number): Promise<void> {
  const versions = cspTables(transaction).updateTable('policies_csp_version');
  await versions.set({ in_use: false }).where('in_use', '=', true).where('number', '<>', number).execute();
  if (number !== 0) await versions.set({ in_use: true }).where('number', '=', number).execute();
}
