import type { AppleChannel } from '../../../devices/apple-channels/index.ts';
import type { Delivery } from '../../../policies/index.ts';

/** The commands that ask for the parts of the inventory, in their order: first those that decide what the device can take. */
const parts = [
  'DeviceInformation',
  'SecurityInfo',
  'ProfileList',
  'InstalledApplicationList',
  'CertificateList',
] as const;

/** The inventory is the device's; a user is asked whether he has the profiles still that were sent to him. */
export function inventoryPartsFor(
  { id, deviceChannel }: AppleChannel,
  { items }: Delivery,
): readonly string[] {
  if (id === deviceChannel) return parts;
  return Object.keys(items).length > 0 ? ['ProfileList'] : [];
}

/** So long after a device told its inventory it is asked for it again. */
export const inventoryPeriod = 24 * 3_600_000;
