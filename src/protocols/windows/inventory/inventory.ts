import { installedApplications } from './applications.ts';
import { certificateStores } from './certificates.ts';
import type { InventoryItem, WindowsPart } from './item.ts';
import { modems, networkAdapters, wireless } from './network.ts';
import { bitLocker, defender, securityStatus } from './security.ts';
import { maker, status, system } from './system.ts';

/** All that PCs are asked for, in this order: first what decides what a PC can take. */
export const inventoryItems: readonly InventoryItem[] = [
  ...Object.values(system),
  ...Object.values(status),
  ...Object.values(maker),
  ...Object.values(wireless),
  networkAdapters,
  modems,
  ...Object.values(securityStatus),
  ...Object.values(bitLocker),
  ...Object.values(defender),
  installedApplications,
  ...certificateStores,
];

/** So long after a PC told its inventory it is asked for it again. */
export const inventoryPeriod = 24 * 3_600_000;

/** What administrators can have told again, by the name that a device has for it (`refreshInfoNeeded`). */
export const partsOfInfo: Readonly<Record<string, readonly WindowsPart[]>> = {
  hardware: ['device', 'security'],
  applications: ['applications'],
  certificates: ['certificates'],
};
