import type { Migration } from '../../database/index.ts';
import { policies } from './0001-policies.ts';
import { targets } from './0002-targets.ts';
import { automationRules } from './0003-automation-rules.ts';

export const policiesMigrations: readonly Migration[] = [policies, targets, automationRules];
