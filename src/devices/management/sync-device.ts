import { audit, type WriteContext } from '../../tenancy/index.ts';
import { askAppleDevice } from '../apple-channels/index.ts';
import { askWindowsDevice } from '../dm-accounts/index.ts';
import { auditTargetOfDevice, type Device } from '../index.ts';
import { notEnrolled } from './require-enrolled.ts';
import { wake } from './wake.ts';

/**
 * Has a device tell its inventory again, and fetch what it shall have, at its next call. The device need not be locked: one that calls locks its
 * channel first. Faults: `invalidInput` for a device that is not enrolled.
 */
export async function syncDevice(context: WriteContext, device: Device): Promise<void> {
  const ask = { apple: askAppleDevice, windows: askWindowsDevice }[device.platform];
  if (!(await ask(context, device.id))) throw notEnrolled(device, 'report');
  await audit(context, {
    action: `${device.platform}.device.command`,
    target: auditTargetOfDevice(device),
    before: null,
    after: { command: 'sync' },
  });
  wake(context, device);
}
