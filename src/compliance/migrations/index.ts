import type { Migration } from '../../database/index.ts';
import { entraConfiguration } from './0001-entra-configuration.ts';
import { partners } from './0002-partners.ts';

export const complianceMigrations: readonly Migration[] = [entraConfiguration, partners];
