import { createHash } from 'node:crypto';
import type { WantedProfile } from '../delivery/wanted.ts';
import { ownIdentifier } from '../own-identifier.ts';
import { activated, type Declaration } from './declaration.ts';

/**
 * A profile as a declaration: the device fetches it from `profileUrl`, which must be https, and fetches it again when the profile has changed.
 * The item is in the identifier as a hash: its name may be longer than an identifier.
 * @see https://developer.apple.com/documentation/devicemanagement/legacy
 */
export function legacyProfile(
  organizationHex: string,
  { item, hash }: Pick<WantedProfile, 'item' | 'hash'>,
  profileUrl: string,
): readonly [configuration: Declaration, activation: Declaration] {
  const name = createHash('sha256').update(item).digest('hex').slice(0, 12);
  return activated({
    type: 'com.apple.configuration.legacy',
    identifier: ownIdentifier(organizationHex, `legacy.${name}`),
    payload: { ProfileURL: profileUrl },
    version: hash,
  });
}
