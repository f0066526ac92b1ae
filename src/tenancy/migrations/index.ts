import type { Migration } from '../../database/index.ts';
import { organizations } from './0001-organizations.ts';

export const tenancyMigrations: readonly Migration[] = [organizations];
