import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { forgetBegun } from './agents/index.ts';
import { forgetDeliveries } from './delivery/index.ts';

/** Forgets what a device had and did: it was wiped, left, or enrols again. What runs once runs once on each installation. */
export async function forgetInstallation(context: WriteContext, deviceId: Id): Promise<void> {
  await forgetDeliveries(context, deviceId);
  await forgetBegun(context, deviceId);
}
