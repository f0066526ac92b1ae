import type { Migration } from '../../database/index.ts';
import { policies } from './0001-policies.ts';
import { secrets } from './0003-secrets.ts';
import { targets } from './0002-targets.ts';

export const policiesMigrations: readonly Migration[] = [policies, targets, secrets];
