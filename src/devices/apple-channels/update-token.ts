import { Fault } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { Secret } from '../../kernel/secret.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { recordEvents } from '../events/index.ts';
import { deviceKey, lockDevice, noteEnrolled, saveDevice } from '../index.ts';
import { lockChannel } from './channels.ts';
import type { ChannelIdentity } from './channel.ts';
import { purposeOfToken } from './escrowed-tokens.ts';
import { requestWake } from './request-wake.ts';
import { channelTables } from './tables.ts';

/** How a channel is woken, and what came with it. */
export interface TokenUpdate {
  readonly topic: string;
  readonly pushMagic: string;
  readonly pushToken: Uint8Array;
  /** Undefined when this message does not tell it: then what was told before stays. */
  readonly unlockToken: Uint8Array | undefined;
  readonly awaitingConfiguration: boolean | undefined;
}

/**
 * With the first token a device, or a user of it, is enrolled; later ones replace it. Answers the device.
 * Faults: `tokenInvalid` (see `lockChannel`; a user of a device that is not enrolled).
 */
export async function updateToken(
  context: WriteContext,
  identity: ChannelIdentity,
  fingerprint: Buffer,
  update: TokenUpdate,
): Promise<Id> {
  const { db, scope, now } = context;
  const channel = await lockChannel(context, identity, fingerprint);
  const own = identity.id === identity.deviceChannel;
  // A user who was here before can have been so on a device that was removed since.
  const deviceId = own ? channel!.deviceId : await deviceOfChannel(context, identity.deviceChannel);
  const isNew = channel?.state !== 'enrolled';
  const content = {
    device_id: deviceId,
    state: 'enrolled' as const,
    user_short_name: identity.userShortName,
    user_long_name: identity.userLongName,
    topic: update.topic,
    push_magic: update.pushMagic,
    push_token: Buffer.from(update.pushToken),
    token_updated_at: now,
    last_seen_at: now,
    ended_at: null,
    // What could not be delivered to the old token is tried with the new one.
    woken_for: null,
    wake_attempts: 0,
    wake_due_at: null,
    wake_outcome: null,
    ...(isNew && { enrolled_at: now, report_due_at: now, report_part: 0, declarations_token: null }),
    ...(update.awaitingConfiguration !== undefined && {
      awaiting_configuration: update.awaitingConfiguration,
    }),
    // It unlocks the device, so a user's channel has none.
    ...(update.unlockToken && own && { unlock_token: sealed(context, identity.id, update.unlockToken) }),
  };
  await channelTables(db)
    .insertInto('devices_apple_channel')
    .values({
      organization_id: scope.organization.id,
      id: identity.id,
      device_channel: identity.deviceChannel,
      kind: identity.kind,
      certificate_fingerprint: null,
      unlock_token: null,
      bootstrap_token: null,
      awaiting_configuration: false,
      declarations_token: null,
      authenticated_at: now,
      enrolled_at: now,
      woken_at: null,
      report_due_at: now,
      report_part: 0,
      ...content,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doUpdateSet(content))
    .execute();
  if (isNew) await enrolled(context, deviceId, identity, own);
  // Devices do not call by themselves once they have enrolled.
  requestWake(context);
  return deviceId;
}

async function enrolled(
  context: WriteContext,
  deviceId: Id,
  { id, userShortName }: ChannelIdentity,
  own: boolean,
): Promise<void> {
  const title = own ? 'The device enrolled.' : `The user '${userShortName ?? id}' of the device enrolled.`;
  await recordEvents(context, deviceId, [{ title, details: { channel: id } }]);
  if (!own) return;
  const device = await lockDevice(context, 'apple', deviceKey(hexOfId(deviceId)));
  await saveDevice(context, device, { state: { to: 'ACTIVE', reason: 'enrolled' } });
  await noteEnrolled(context, deviceId);
}

/** Faults: `tokenInvalid` while the device itself is not enrolled. */
async function deviceOfChannel({ db, scope }: WriteContext, deviceChannel: string): Promise<Id> {
  const row = await channelTables(db)
    .selectFrom('devices_apple_channel')
    .select(['device_id', 'state'])
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceChannel)
    .executeTakeFirst();
  if (row?.state !== 'enrolled') {
    throw new Fault(
      'tokenInvalid',
      `The device '${deviceChannel}' is not enrolled, so no user of it can be.`,
    );
  }
  return row.device_id;
}

function sealed({ secrets, scope }: WriteContext, channel: string, token: Uint8Array): Buffer {
  const text = new Secret(Buffer.from(token).toString('base64'));
  return secrets.seal(text, purposeOfToken(scope, 'unlock_token', channel));
}
