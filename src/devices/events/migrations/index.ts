import type { Migration } from '../../../database/index.ts';
import { events } from './0009-events.ts';

export const eventMigrations: readonly Migration[] = [events];
