import { Fault } from '../../kernel/fault.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { channelsOfDevices } from '../apple-channels/index.ts';
import { accountsOfDevices } from '../dm-accounts/index.ts';
import { nameOfDevice, type Device } from '../index.ts';

/** The channel by which a device itself hears of what it shall do; undefined for one that is not enrolled. */
export async function channelOf(
  context: ReadContext,
  { id, platform }: Pick<Device, 'id' | 'platform'>,
): Promise<string | undefined> {
  switch (platform) {
    case 'apple': {
      const channel = (await channelsOfDevices(context, [id])).get(id);
      return channel?.state === 'enrolled' ? channel.id : undefined;
    }
    case 'windows': {
      const account = (await accountsOfDevices(context, [id])).get(id);
      return account?.state === 'enrolled' ? 'device' : undefined;
    }
  }
}

/** As `channelOf`. `what` is what the device shall do, for people. Faults: `invalidInput` for one that is not enrolled, which would never hear of it. */
export async function requireEnrolled(context: ReadContext, device: Device, what: string): Promise<string> {
  const channel = await channelOf(context, device);
  if (channel === undefined) throw notEnrolled(device, what);
  return channel;
}

export function notEnrolled(device: Device, what: string): Fault {
  return new Fault('invalidInput', `'${nameOfDevice(device)}' is not enrolled, so it cannot ${what}.`);
}
