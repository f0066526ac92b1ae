import { Fault } from '../kernel/fault.ts';
import { audit, type WriteContext } from '../tenancy/index.ts';
import { saveDevice, targetOf } from './change-device.ts';
import { longestDisplayName } from './create-device.ts';
import type { Device } from './device.ts';

/** Gives a locked device the name by which administrators call it; with null it goes by its own. Faults: `invalidInput`. */
export async function renameDevice(
  context: WriteContext,
  device: Device,
  displayName: string | null,
): Promise<Device> {
  if (displayName !== null && displayName.length > longestDisplayName) {
    throw new Fault(
      'invalidInput',
      `The name of a device can have ${longestDisplayName} characters at most.`,
    );
  }
  const after = await saveDevice(context, device, { displayName });
  if (after === device) return device;
  await audit(context, {
    action: `${device.platform}.device.update`,
    target: targetOf(after),
    before: { displayName: device.displayName },
    after: { displayName },
  });
  return after;
}
