import { ownIdentifier } from '../own-identifier.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import type { WantedDeclaration, WantedProfile } from '../delivery/wanted.ts';
import { contentHash } from '../content-address.ts';
import { activated } from './declaration.ts';

const type = 'com.apple.configuration.legacy';

/**
 * A profile as a declaration, which the device fetches from `profileUrl` and keeps by itself; undefined where the device does not say that it
 * knows such declarations. A profile with the same identifier that it was sent before becomes the declaration's without being removed.
 * @see https://developer.apple.com/documentation/devicemanagement/legacy
 */
export function legacyProfile(profile: WantedProfile, facts: DeviceFacts): WantedDeclaration | undefined {
  const { item, channel, hash, identifier, keys, bytes } = profile;
  const { profileUrl, organizationHex } = facts;
  if (channel !== 'device' || !profileUrl || !facts.declarations?.includes(type)) return undefined;
  // An item's name may be longer than an identifier.
  const name = `legacy.${contentHash(item).slice(0, 12)}`;
  const declarations = activated({
    type,
    identifier: ownIdentifier(organizationHex, name),
    payload: { ProfileURL: profileUrl(hash) },
  });
  return {
    item,
    via: 'declaration',
    channel,
    identifier: declarations[0].identifier,
    hash: declarations[0].serverToken,
    keys,
    declarations,
    profile: { identifier, hash, bytes },
  };
}
