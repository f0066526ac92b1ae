import { audit, type WriteContext } from '../../tenancy/index.ts';
import { cancelCommands } from '../commands/index.ts';
import { auditTargetOfDevice, lockDevice, saveDevice, type Device, type DeviceKey } from '../index.ts';
import { channelsOfDevices } from './channels.ts';
import { endChannels } from './check-out.ts';
import { requestWake } from './request-wake.ts';
import { requireEnrolled } from './require-enrolled.ts';

/**
 * Ends the management of a locked Apple device at once: lists leave it out, nothing more is sent to it, and when it calls it is told that it
 * is not known here.
 */
export async function removeAppleDevice(context: WriteContext, device: Device): Promise<Device> {
  const after = await saveDevice(context, device, {
    state: { to: 'DELETED', reason: 'removed-by-administrator' },
    user: null,
  });
  await endChannels(context, { deviceId: device.id });
  await cancelCommands(context, device.id, 'The device was removed.');
  await auditEnd(context, device, after);
  return after;
}

/**
 * Has a locked Apple device leave the management: when it calls it is told to remove its enrolment profile, with all that came with it. Asked
 * again, it is woken again. Faults: `invalidInput` for a device that is not enrolled, which would never hear of it.
 */
export async function retireAppleDevice(context: WriteContext, device: Device): Promise<Device> {
  await requireEnrolled(context, device, 'leave the management');
  const after = await requested(context, device);
  requestWake(context);
  return after;
}

/**
 * Ends the management of an Apple device: one that is enrolled is told to leave, any other is removed at once. Faults: `notFound`,
 * `preconditionFailed`.
 */
export async function endManagement(
  context: WriteContext,
  key: DeviceKey,
  ifMatch: readonly number[] | undefined,
): Promise<Device> {
  const device = await lockDevice(context, 'apple', key, ifMatch);
  const channel = (await channelsOfDevices(context, [device.id])).get(device.id);
  return channel?.state === 'enrolled'
    ? retireAppleDevice(context, device)
    : removeAppleDevice(context, device);
}

async function requested(context: WriteContext, device: Device): Promise<Device> {
  if (device.state === 'DELETE_REQUESTED') return device;
  const after = await saveDevice(context, device, { state: { to: 'DELETE_REQUESTED', reason: 'retire' } });
  await auditEnd(context, device, after);
  return after;
}

async function auditEnd(context: WriteContext, before: Device, after: Device): Promise<void> {
  await audit(context, {
    action: 'apple.device.remove',
    target: auditTargetOfDevice(after),
    before: { state: before.state, user: before.user },
    after: { state: after.state, user: after.user },
  });
}
