import { tables, type JsonColumn, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { AudienceSelectors } from './selectors.ts';

interface AudienceTable {
  organization_id: Id;
  id: Id;
  name: string;
  description: string | null;
  selectors: JsonColumn<AudienceSelectors>;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface AudienceTables {
  devices_audience: AudienceTable;
}

export type AudienceRow = Selectable<AudienceTable>;

export function audienceTables(reader: Reader) {
  return tables<AudienceTables>(reader);
}
