import type { Migration } from '../../../database/index.ts';
import { certificateAuthority } from './0006-certificate-authority.ts';
import { certificateRoot } from './0012-certificate-root.ts';

export const certificateAuthorityMigrations: readonly Migration[] = [certificateAuthority, certificateRoot];
