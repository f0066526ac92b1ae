import { devicesByIds, lockDevice, type Device } from '../../../devices/index.ts';
import { Fault, notFound } from '../../../kernel/fault.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';

export const managedDevicesPath = 'deviceManagement/managedDevices';
export const managedDeviceNoun = 'Managed device';

/**
 * Reads an Apple device for a change, so that other changes of it wait. `what` shall be done to it, for people.
 * Faults: `notFound`, `preconditionFailed`, `invalidInput` for a Windows device.
 */
export async function lockManagedDevice(
  context: WriteContext,
  id: Id,
  what: string,
  ifMatch: readonly number[] | undefined,
): Promise<Device> {
  const device = (await devicesByIds(context, [id])).get(id);
  if (!device || device.state === 'DELETED' || device.subType !== 'device') {
    throw notFound(managedDeviceNoun, id);
  }
  if (device.platform === 'windows') {
    throw new Fault('invalidInput', `Windows devices cannot be ${what} through this API yet.`);
  }
  return lockDevice(context, device.platform, { id, text: hexOfId(id) }, ifMatch);
}
