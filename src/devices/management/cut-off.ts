import type { WriteContext } from '../../tenancy/index.ts';
import { endChannels } from '../apple-channels/index.ts';
import { cancelCommands } from '../commands/index.ts';
import { closeAccount } from '../dm-accounts/index.ts';
import type { Device } from '../index.ts';

/** Nothing more is sent to a device that was removed, and when it calls it is told that it is not known here. */
export async function cutOff(
  context: WriteContext,
  { id, platform }: Pick<Device, 'id' | 'platform'>,
): Promise<void> {
  if (platform === 'apple') await endChannels(context, { deviceId: id });
  else await closeAccount(context, id);
  await cancelCommands(context, id, 'The device was removed.');
}
