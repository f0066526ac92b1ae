import { audit, type WriteContext } from '../../tenancy/index.ts';
import { auditTargetOfDevice, needInfo, type Device } from '../index.ts';
import { requireEnrolled } from './require-enrolled.ts';
import { wake } from './wake.ts';

/**
 * Has a locked device tell parts of its inventory again at its next call. Faults: `invalidInput` for a device that is not enrolled, which would
 * never hear of it.
 */
export async function askForInfo(
  context: WriteContext,
  device: Device,
  info: readonly string[],
): Promise<void> {
  await requireEnrolled(context, device, 'report');
  await needInfo(context, device.id, info);
  await audit(context, {
    action: `${device.platform}.device.command`,
    target: auditTargetOfDevice(device),
    before: null,
    after: { command: 'info', info: [...info] },
  });
  wake(context, device);
}
