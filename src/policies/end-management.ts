import {
  auditTargetOfDevice,
  lockDevice,
  saveDevice,
  type Device,
  type DeviceKey,
  type Platform,
} from '../devices/index.ts';
import { channelOf, cutOff, retireDevice } from '../devices/management/index.ts';
import { audit, type WriteContext } from '../tenancy/index.ts';
import { clearDeviceAssignments } from './assignments.ts';
import { removeWindowsDevice } from './windows-devices.ts';

/**
 * Ends the management of a device: one that is enrolled is told to leave, any other is removed at once. So is a Windows device that was told
 * before: many leave without a word. Faults: `notFound`, `preconditionFailed`.
 */
export async function endManagement(
  context: WriteContext,
  platform: Platform,
  key: DeviceKey,
  ifMatch: readonly number[] | undefined,
): Promise<Device> {
  const device = await lockDevice(context, platform, key, ifMatch);
  const isAgain = platform === 'windows' && device.state === 'DELETE_REQUESTED';
  const isToLeave = !isAgain && (await channelOf(context, device)) !== undefined;
  return isToLeave ? retireDevice(context, device) : removeDevice(context, device);
}

/**
 * Ends the management of a locked device at once: lists leave it out, nothing more is sent to it, and when it calls it is told that it is not
 * known here.
 */
export async function removeDevice(context: WriteContext, device: Device): Promise<Device> {
  const remove = { apple: removeAppleDevice, windows: removeWindowsDevice }[device.platform];
  const after = await remove(context, device);
  await cutOff(context, device);
  return after;
}

async function removeAppleDevice(context: WriteContext, device: Device): Promise<Device> {
  await clearDeviceAssignments(context, device.id);
  const after = await saveDevice(context, device, {
    state: { to: 'DELETED', reason: 'removed-by-administrator' },
    user: null,
  });
  await audit(context, {
    action: 'apple.device.remove',
    target: auditTargetOfDevice(after),
    before: { state: device.state, user: device.user },
    after: { state: after.state, user: after.user },
  });
  return after;
}
