import { bytesOfBase64 } from '../../../kernel/base64.ts';
import type { Json } from '../../../kernel/json.ts';
import { profileDictionary, type ResolvedSetting } from '../../../policies/index.ts';
import { contentHash } from '../content-address.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import type { Made, WantedProfile } from '../delivery/wanted.ts';
import { ownIdentifier } from '../own-identifier.ts';

/**
 * A profile that an administrator made, byte for byte. It must say by what the device will know it; all else is left to the device, which
 * tells what it does not like.
 */
export function rawProfile(setting: ResolvedSetting, facts: DeviceFacts): Made<WantedProfile> {
  const { key, title, value } = setting;
  const refused = (reason: string) => ({ undeliverable: [{ item: key, keys: [key], reason }] });
  const payload = member(value, 'payload');
  const bytes = typeof payload === 'string' ? bytesOfBase64(payload) : undefined;
  if (!bytes) return refused('The profile is not valid Base64.');
  const dictionary = profileDictionary(bytes);
  if (!dictionary) {
    return refused('The profile cannot be read: it is no property list with a dictionary, signed or not.');
  }
  const { PayloadIdentifier: identifier, PayloadUUID: uuid, PayloadDisplayName: name } = dictionary;
  if (typeof identifier !== 'string' || identifier.trim() === '') {
    return refused('The profile has no PayloadIdentifier, by which devices know profiles.');
  }
  if (typeof uuid !== 'string' || uuid.trim() === '') {
    return refused('The profile has no PayloadUUID, without which devices refuse it.');
  }
  const own = ownIdentifier(facts.organizationHex, '');
  if (identifier.startsWith(own)) {
    return refused(
      `The profile's PayloadIdentifier begins with '${own}', as those of this server's own profiles do, and would replace one of them.`,
    );
  }
  return {
    wanted: {
      item: key,
      via: 'profile',
      channel: member(value, 'deploymentChannel') === 'userChannel' ? 'user' : 'device',
      identifier,
      uuid,
      hash: contentHash(bytes),
      displayName: typeof name === 'string' && name !== '' ? name : title,
      keys: [key],
      removable: dictionary['PayloadRemovalDisallowed'] !== true,
      bytes,
    },
    undeliverable: [],
  };
}

function member(value: Json, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
}
