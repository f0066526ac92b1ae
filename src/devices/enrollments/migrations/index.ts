import type { Migration } from '../../../database/index.ts';
import { enrollments } from './0005-enrollments.ts';

export const enrollmentMigrations: readonly Migration[] = [enrollments];
