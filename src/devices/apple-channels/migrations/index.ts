import type { Migration } from '../../../database/index.ts';
import { appleChannels } from './0007-apple-channels.ts';

export const appleChannelMigrations: readonly Migration[] = [appleChannels];
