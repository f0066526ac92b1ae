import { Fault } from '../../../kernel/fault.ts';
import { writePlist, type WritablePlist } from '../../../kernel/plist/write-plist.ts';
import type { ResolvedSetting } from '../../../policies/index.ts';
import { contentHash, contentUuid } from '../content-address.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import type { ItemSettings, Made, Undeliverable, WantedProfile } from '../delivery/wanted.ts';
import { ownIdentifier } from '../own-identifier.ts';
import { payloadOfType, type PayloadDefinition } from '../payloads/index.ts';
import { plistOfJson } from '../payloads/plist-of-json.ts';

type Dict = Readonly<Record<string, WritablePlist>>;

/**
 * The profile with all settings of one payload type. Its identifier stays the same, so that another version replaces it; its UUIDs are made
 * of its content, so that a device that lists the UUID has exactly these settings. The same settings give the same bytes.
 *
 * https://developer.apple.com/documentation/devicemanagement/toplevel
 */
export function payloadProfile({ item, settings }: ItemSettings, facts: DeviceFacts): Made<WantedProfile> {
  const payload = payloadOfType(item);
  if (!payload) {
    const reason = `This version of the server has no payload '${item}'.`;
    return { undeliverable: [{ item, keys: settings.map(({ key }) => key), reason }] };
  }
  const undeliverable: Undeliverable[] = [];
  const values: [name: string, value: WritablePlist][] = [];
  const keys: string[] = [];
  for (const setting of settings) {
    const name = setting.key.slice(item.length + 1);
    const held = heldValue(payload, name, setting);
    if ('reason' in held) {
      undeliverable.push({ item, keys: [setting.key], reason: held.reason });
      continue;
    }
    values.push([name, held.value]);
    keys.push(setting.key);
  }
  if (keys.length === 0) return { undeliverable };
  const identifier = ownIdentifier(facts.organizationHex, item);
  const { displayName } = payload;
  const content = withUuid({
    PayloadType: item,
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.payload`,
    PayloadDisplayName: displayName,
    ...Object.fromEntries(values),
  });
  const profile = withUuid({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadDisplayName: displayName,
    PayloadRemovalDisallowed: true,
    ...(facts.system === 'macOS' && { PayloadScope: 'System' }),
    PayloadContent: [content],
  });
  const text = writePlist(profile);
  return {
    wanted: {
      item,
      via: 'profile',
      channel: 'device',
      identifier,
      uuid: profile.PayloadUUID,
      hash: contentHash(text),
      displayName,
      keys,
      removable: false,
      bytes: Buffer.from(text),
    },
    undeliverable,
  };
}

function withUuid<Content extends Dict>(content: Content): Content & { readonly PayloadUUID: string } {
  return { ...content, PayloadUUID: contentUuid(writePlist(content)) };
}

/** One value that no profile can hold shall not keep the others of its payload from the device. */
function heldValue(
  { reals }: PayloadDefinition,
  name: string,
  { title, value }: ResolvedSetting,
): { readonly value: WritablePlist } | { readonly reason: string } {
  const held = plistOfJson(value, reals?.includes(name) ? 'real' : 'integer');
  if (held === undefined) return { reason: `'${title}' has no value.` };
  try {
    // As deep as it will be in the profile.
    writePlist({ PayloadContent: [{ [name]: held }] });
    return { value: held };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { reason: `No profile can hold the value of '${title}': ${error.message}.` };
  }
}
