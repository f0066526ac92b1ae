import type { Migration } from '../../../database/index.ts';
import { cspVersions } from './0011-csp-versions.ts';

export const cspMigrations: readonly Migration[] = [cspVersions];
