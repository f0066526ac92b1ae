import { deliveryWork } from '../delivery/delivery-work.ts';
import { inventoryWork } from '../inventory/inventory-work.ts';
import { msiReader } from '../msi/msi-reader.ts';
import { leaveWork } from './leave-work.ts';
import { ordersWork } from './orders-work.ts';
import type { WorkMaker } from './session.ts';

/**
 * All that has commands for a PC, in the order in which it is told: that it is to leave, what administrators order, what it shall have, and last
 * what it is asked about itself. Made once per process.
 */
export function worksOf(): readonly WorkMaker[] {
  const msi = msiReader();
  return [
    leaveWork,
    ordersWork,
    (settings, context, device, account) => deliveryWork({ ...settings, msi }, context, device, account),
    inventoryWork,
  ];
}
