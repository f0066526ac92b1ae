import type { Migration } from '../../database/index.ts';
import { policies } from './0001-policies.ts';

export const policiesMigrations: readonly Migration[] = [policies];
