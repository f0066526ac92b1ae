import type { Migration } from '../../../database/index.ts';
import { keysAndCertificate } from './0001-keys-and-certificate.ts';

export const pushCertificateMigrations: readonly Migration[] = [keysAndCertificate];
