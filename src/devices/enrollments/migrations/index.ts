import type { Migration } from '../../../database/index.ts';
import { enrollments } from './0005-enrollments.ts';
import { enrollmentChanges } from './0010-enrollment-changes.ts';

export const enrollmentMigrations: readonly Migration[] = [enrollments, enrollmentChanges];
