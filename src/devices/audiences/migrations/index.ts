import type { Migration } from '../../../database/index.ts';
import { audiences } from './0003-audiences.ts';

export const audienceMigrations: readonly Migration[] = [audiences];
