import {
  tables,
  type Generated,
  type JsonColumn,
  type Reader,
  type Selectable,
} from '../../database/index.ts';
import type { CspNode } from './node.ts';

interface VersionTable {
  number: Generated<number>;
  file_name: string;
  /** Of the file, in hex. */
  sha256: string;
  leaves: number;
  nodes: JsonColumn<readonly CspNode[]>;
  imported_at: Date;
  in_use: boolean;
}

interface CspTables {
  policies_csp_version: VersionTable;
}

export type VersionRow = Selectable<VersionTable>;

export function cspTables(reader: Reader) {
  return tables<CspTables>(reader);
}
