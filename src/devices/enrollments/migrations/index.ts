import type { Migration } from '../../../database/index.ts';
import { enrollments } from './0005-enrollments.ts';
import { enrollmentChanges } from './0010-enrollment-changes.ts';

import { standIn } from './0013-stand-in.ts';
import { windowsEnrollment } from './0014-windows-enrollment.ts';

export const enrollmentMigrations: readonly Migration[] = [
  enrollments,
  enrollmentChanges,
  standIn,
  windowsEnrollment,
];
