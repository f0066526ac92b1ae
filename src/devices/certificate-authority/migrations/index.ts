import type { Migration } from '../../../database/index.ts';
import { certificateAuthority } from './0006-certificate-authority.ts';

export const certificateAuthorityMigrations: readonly Migration[] = [certificateAuthority];
