import { tables, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { Platform } from '../index.ts';

interface EnrollmentTable {
  organization_id: Id;
  id: Id;
  platform: Platform;
  /** SHA-256 of the code. */
  code_hash: Buffer;
  /** The code, sealed; null once the enrolment is removed. */
  code: Buffer | null;
  display_name: string | null;
  max_uses: number | null;
  uses: number;
  expires_at: Date | null;
  tags: string[];
  user_id: Id | null;
  /** Null is the root. */
  segment_id: number | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
  removed_at: Date | null;
}

interface EnrollmentTables {
  devices_enrollment: EnrollmentTable;
}

export type EnrollmentRow = Selectable<EnrollmentTable>;

export function enrollmentTables(reader: Reader) {
  return tables<EnrollmentTables>(reader);
}
