import type { Migration } from '../../../database/index.ts';
import { dmAccounts } from './0011-dm-accounts.ts';

export const dmAccountMigrations: readonly Migration[] = [dmAccounts];
