import type { Migration } from '../../database/index.ts';
import { organizations } from './0001-organizations.ts';
import { auditByRequest } from './0002-audit-by-request.ts';

export const tenancyMigrations: readonly Migration[] = [organizations, auditByRequest];
