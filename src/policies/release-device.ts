import { forgetConfig } from '../devices/index.ts';
import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { forgetBegun } from './agents/index.ts';
import { clearDeviceAssignments } from './assignments.ts';
import { forgetDeliveries } from './delivery/index.ts';

/** Takes its policies from a device that left the management, so that it stands in nobody's way, and forgets what it had. */
export async function releaseDevice(context: WriteContext, deviceId: Id): Promise<void> {
  await clearDeviceAssignments(context, deviceId);
  await forgetInstallation(context, deviceId);
}

/** Forgets what a device had and did: it was set up anew, or enrols again. What runs once runs once on each installation. */
export async function forgetInstallation(context: WriteContext, deviceId: Id): Promise<void> {
  await forgetDeliveries(context, deviceId);
  await forgetBegun(context, deviceId);
  await forgetConfig(context, deviceId);
}
