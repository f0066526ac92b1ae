import { hexOfId, type Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { cancelCommands } from '../commands/index.ts';
import { recordEvents } from '../events/index.ts';
import { deviceKey, lockDevice, saveDevice } from '../index.ts';
import type { AppleChannel } from './channel.ts';
import { channelTables } from './tables.ts';

/** A device, or a user of it, left the management: nothing more is sent to it, and what it left here is forgotten. */
export async function checkOut(context: WriteContext, channel: AppleChannel): Promise<void> {
  const own = channel.id === channel.deviceChannel;
  await endChannels(context, own ? { deviceId: channel.deviceId } : { id: channel.id });
  const title = own
    ? 'The device left the management.'
    : `The user '${channel.userShortName ?? channel.id}' of the device left the management.`;
  await recordEvents(context, channel.deviceId, [{ title, details: { channel: channel.id } }]);
  if (!own) return;
  await cancelCommands(context, channel.deviceId, 'The device left the management.');
  await markDeleted(context, channel.deviceId);
}

/** Ends one channel, or all of a device, and forgets what the device left here. */
export async function endChannels(
  { db, scope, now }: WriteContext,
  of: { readonly id: string } | { readonly deviceId: Id },
): Promise<void> {
  const ending = channelTables(db)
    .updateTable('devices_apple_channel')
    .set({ state: 'ended', ended_at: now, unlock_token: null, bootstrap_token: null })
    .where('organization_id', '=', scope.organization.id)
    .where('state', '!=', 'ended');
  await ('id' in of ? ending.where('id', '=', of.id) : ending.where('device_id', '=', of.deviceId)).execute();
}

async function markDeleted(context: WriteContext, deviceId: Id): Promise<void> {
  const device = await lockDevice(context, 'apple', deviceKey(hexOfId(deviceId)));
  await saveDevice(context, device, { state: { to: 'DELETED', reason: 'checked-out' }, user: null });
}
