import type { AppleChannel } from '../../../devices/apple-channels/index.ts';

/** The commands that ask for the parts of the inventory, in their order: first those that decide what the device can take. */
const parts = [
  'DeviceInformation',
  'SecurityInfo',
  'ProfileList',
  'InstalledApplicationList',
  'CertificateList',
] as const;

/** The inventory is the device's; users have no own. */
export function inventoryPartsFor({ id, deviceChannel }: AppleChannel): readonly string[] {
  return id === deviceChannel ? parts : [];
}

/** So long after a device told its inventory it is asked for it again. */
export const inventoryPeriod = 24 * 3_600_000;
