import type { Migration } from '../../database/index.ts';
import { usersSegmentsGroups } from './0001-users-segments-groups.ts';

export const directoryMigrations: readonly Migration[] = [usersSegmentsGroups];
