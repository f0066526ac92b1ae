import type { Migration } from '../../../database/index.ts';
import { keysAndCertificate } from './0002-push-certificate.ts';

export const pushCertificateMigrations: readonly Migration[] = [keysAndCertificate];
