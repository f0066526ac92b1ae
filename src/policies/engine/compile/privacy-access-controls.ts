import type { Json, JsonObject } from '../../../kernel/json.ts';
import { appleSetting } from '../apple/keys.ts';
import { objectsOf } from '../json-values.ts';
import { ofItem, undelivered, type Outcome, type Property } from './graph-properties.ts';

/** Apple's service of each permission that can be given and taken. */
const permissions = {
  accessibility: 'Accessibility',
  addressBook: 'AddressBook',
  calendar: 'Calendar',
  fileProviderPresence: 'FileProviderPresence',
  mediaLibrary: 'MediaLibrary',
  photos: 'Photos',
  postEvent: 'PostEvent',
  reminders: 'Reminders',
  speechRecognition: 'SpeechRecognition',
  systemPolicyAllFiles: 'SystemPolicyAllFiles',
  systemPolicyDesktopFolder: 'SystemPolicyDesktopFolder',
  systemPolicyDocumentsFolder: 'SystemPolicyDocumentsFolder',
  systemPolicyDownloadsFolder: 'SystemPolicyDownloadsFolder',
  systemPolicyNetworkVolumes: 'SystemPolicyNetworkVolumes',
  systemPolicyRemovableVolumes: 'SystemPolicyRemovableVolumes',
  systemPolicySystemAdminFiles: 'SystemPolicySysAdminFiles',
} as const;

/** Apple's service of each permission that a profile can only take. */
const blocked = {
  blockCamera: 'Camera',
  blockListenEvent: 'ListenEvent',
  blockMicrophone: 'Microphone',
  blockScreenCapture: 'ScreenCapture',
} as const;

/** What is not a permission. */
const otherMembers = [
  'displayName',
  'identifier',
  'identifierType',
  'codeRequirement',
  'staticCodeValidation',
  'appleEventsAllowedReceivers',
  '@odata.type',
];

const known = new Set([...otherMembers, ...Object.keys(permissions), ...Object.keys(blocked)]);

/**
 * All apps' permissions are one setting, as they are one key of one payload; policies that name different apps unite.
 * @see https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.TCC.configuration-profile-policy.yaml
 */
export const privacyAccessControls: Property = (value) => {
  const items = objectsOf(value);
  if (!items) return [undelivered('unreadable', 'It must be a list of apps.')];
  const services: Record<string, Json[]> = {};
  const outcomes: Outcome[] = [];
  for (const [index, item] of items.entries()) {
    for (const [service, entry] of entriesOf(item)) (services[service] ??= []).push(entry);
    for (const name of Object.keys(item).filter((name) => !known.has(name))) {
      const message = `This version does not know the permission '${name}'.`;
      outcomes.push(ofItem(undelivered('unknown', message), `[${index}].${name}`, item[name]!));
    }
  }
  const isEmpty = Object.keys(services).length === 0;
  return isEmpty
    ? outcomes
    : [appleSetting('com.apple.TCC.configuration-profile-policy/Services', services), ...outcomes];
};

function entriesOf(item: JsonObject): [service: string, entry: JsonObject][] {
  const app: JsonObject = {
    Identifier: item['identifier'] ?? '',
    IdentifierType: item['identifierType'] ?? 'bundleID',
    CodeRequirement: item['codeRequirement'] ?? '',
    ...(item['staticCodeValidation'] === true && { StaticCode: true }),
  };
  const entries: [string, JsonObject][] = [];
  for (const [name, service] of Object.entries(permissions)) {
    const said = item[name];
    if (said === 'enabled' || said === 'disabled') {
      entries.push([service, { ...app, Allowed: said === 'enabled' }]);
    }
  }
  for (const [name, service] of Object.entries(blocked)) {
    if (item[name] === true) entries.push([service, { ...app, Allowed: false }]);
  }
  for (const receiver of objectsOf(item['appleEventsAllowedReceivers']) ?? []) {
    entries.push([
      'AppleEvents',
      {
        ...app,
        Allowed: receiver['allowed'] === true,
        AEReceiverIdentifier: receiver['identifier'] ?? '',
        AEReceiverIdentifierType: receiver['identifierType'] ?? 'bundleID',
        AEReceiverCodeRequirement: receiver['codeRequirement'] ?? '',
      },
    ]);
  }
  return entries;
}
