import type { WriteContext } from '../../tenancy/index.ts';
import { queueCommand, type CheckedCommand, type DeviceCommand } from '../commands/index.ts';
import type { Device } from '../index.ts';
import { requestWake } from './request-wake.ts';
import { requireEnrolled } from './require-enrolled.ts';

/**
 * Gives a locked Apple device a command, and has it woken. Faults: `invalidInput` for a device that is not enrolled, which would never get
 * it.
 */
export async function giveCommand(
  context: WriteContext,
  device: Device,
  { type, body }: CheckedCommand,
): Promise<DeviceCommand> {
  const channel = await requireEnrolled(context, device, `do '${type}'`);
  const command = await queueCommand(context, device, {
    channel: channel.id,
    type,
    body,
    isUrgent: urgent.has(type),
  });
  requestWake(context);
  return command;
}

/** What protects a lost device does not wait behind what asks it something. */
const urgent: ReadonlySet<string> = new Set(['DeviceLock', 'EraseDevice', 'EnableLostMode']);
