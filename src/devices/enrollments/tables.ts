import { tables, type JsonColumn, type Reader, type Selectable } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { Platform } from '../index.ts';
import type { EntraEnrollment, WindowsEnrollment } from './windows-enrollment.ts';

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
  /** Which stands in for it until a device has enrolled by it, and is that one then. */
  device_id: Id | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
  removed_at: Date | null;
}

interface WindowsEnrollmentTable {
  organization_id: Id;
  auth_policy: WindowsEnrollment['authPolicy'];
  entra: JsonColumn<Omit<EntraEnrollment, 'enrollmentId'>> | null;
  entra_enrollment_id: Id | null;
}

interface EnrollmentTables {
  devices_windows_enrollment: WindowsEnrollmentTable;
  devices_enrollment: EnrollmentTable;
}

export type EnrollmentRow = Selectable<EnrollmentTable>;

export function enrollmentTables(reader: Reader) {
  return tables<EnrollmentTables>(reader);
}
