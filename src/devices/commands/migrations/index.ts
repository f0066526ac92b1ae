import type { Migration } from '../../../database/index.ts';
import { commands } from './0008-commands.ts';

export const commandMigrations: readonly Migration[] = [commands];
