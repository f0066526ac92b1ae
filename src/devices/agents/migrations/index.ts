import type { Migration } from '../../../database/index.ts';
import { agents } from './0020-agents.ts';

export const agentMigrations: readonly Migration[] = [agents];
