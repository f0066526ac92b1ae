import type { WriteContext } from '../../tenancy/index.ts';
import { queueCommand, type CheckedCommand, type DeviceCommand } from '../commands/index.ts';
import type { Device } from '../index.ts';
import { requireEnrolled } from './require-enrolled.ts';
import { wake } from './wake.ts';

/**
 * Gives a locked device a command, which it gets when it calls. Faults: `invalidInput` for a device that is not enrolled, which would never
 * get it.
 */
export async function giveCommand(
  context: WriteContext,
  device: Device,
  { type, body, isUrgent = false, isOfUser = false }: CheckedCommand,
): Promise<DeviceCommand> {
  const channel = await requireEnrolled(context, device, `do '${type}'`);
  const command = await queueCommand(context, device, {
    channel: isOfUser ? 'user' : channel,
    type,
    body,
    isUrgent,
  });
  wake(context, device);
  return command;
}
