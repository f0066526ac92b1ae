import { devicesByIds, lockDevice, type Device } from '../../../devices/index.ts';
import { notFound } from '../../../kernel/fault.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';

export const managedDevicesPath = 'deviceManagement/managedDevices';
export const managedDeviceNoun = 'Managed device';

/** Reads a device for a change, so that other changes of it wait. Faults: `notFound`, `preconditionFailed`. */
export async function lockManagedDevice(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<Device> {
  const device = (await devicesByIds(context, [id])).get(id);
  if (!device || device.state === 'DELETED' || device.subType !== 'device') {
    throw notFound(managedDeviceNoun, id);
  }
  return lockDevice(context, device.platform, { id, text: hexOfId(id) }, ifMatch);
}
