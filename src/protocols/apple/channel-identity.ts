import type { ChannelIdentity } from '../../devices/apple-channels/index.ts';
import { deviceChannelOf, type AppleIdentity } from './wire/identity.ts';

/** Who sends a message, as channels are kept. */
export function channelIdentity(identity: AppleIdentity): ChannelIdentity {
  return {
    kind: identity.kind,
    id: identity.id,
    deviceChannel: deviceChannelOf(identity),
    userShortName: identity.userShortName ?? null,
    userLongName: identity.userLongName ?? null,
  };
}
