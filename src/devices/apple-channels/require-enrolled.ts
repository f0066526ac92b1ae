import { Fault } from '../../kernel/fault.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { nameOfDevice, type Device } from '../index.ts';
import { channelsOfDevices } from './channels.ts';
import type { AppleChannelRow } from './tables.ts';

/** The channel by which a device hears of what it shall do: `what`, for people. Faults: `invalidInput` for one that is not enrolled. */
export async function requireEnrolled(
  context: ReadContext,
  device: Device,
  what: string,
): Promise<AppleChannelRow> {
  const channel = (await channelsOfDevices(context, [device.id])).get(device.id);
  if (channel?.state === 'enrolled') return channel;
  throw new Fault('invalidInput', `'${nameOfDevice(device)}' is not enrolled, so it cannot ${what}.`);
}
