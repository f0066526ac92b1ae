import { audit, type WriteContext } from '../../tenancy/index.ts';
import { auditTargetOfDevice, saveDevice, type Device } from '../index.ts';
import { requireEnrolled } from './require-enrolled.ts';
import { wake } from './wake.ts';

/**
 * Has a locked device leave the management: when it calls it is told to remove its enrolment, with all that came with it. Asked again, it is
 * woken again. Faults: `invalidInput` for a device that is not enrolled, which would never hear of it.
 */
export async function retireDevice(context: WriteContext, device: Device): Promise<Device> {
  await requireEnrolled(context, device, 'leave the management');
  const after = await requested(context, device);
  wake(context, device);
  return after;
}

async function requested(context: WriteContext, device: Device): Promise<Device> {
  if (device.state === 'DELETE_REQUESTED') return device;
  const after = await saveDevice(context, device, { state: { to: 'DELETE_REQUESTED', reason: 'retire' } });
  await audit(context, {
    action: `${device.platform}.device.remove`,
    target: auditTargetOfDevice(after),
    before: { state: device.state, user: device.user },
    after: { state: after.state, user: after.user },
  });
  return after;
}
