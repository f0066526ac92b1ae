import type { Migration } from '../../../database/index.ts';
import { inventory } from './0007-inventory.ts';

export const inventoryMigrations: readonly Migration[] = [inventory];
