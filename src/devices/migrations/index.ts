import type { Migration } from '../../database/index.ts';
import { devices } from './0001-devices.ts';
import { groupDevices } from './0004-group-devices.ts';

export const devicesMigrations: readonly Migration[] = [devices, groupDevices];
