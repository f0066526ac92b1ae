import type { JsonObject } from '../../../kernel/json.ts';
import { appleSetting } from '../apple/keys.ts';
import { never, undelivered, type Properties, type Property } from './graph-properties.ts';

/** What the app lock fixes, by Graph's names. */
const options = {
  kioskModeAllowAssistiveSpeak: 'EnableSpeakSelection',
  kioskModeBlockAutoLock: 'DisableAutoLock',
  kioskModeBlockRingerSwitch: 'DisableRingerSwitch',
  kioskModeBlockScreenRotation: 'DisableDeviceRotation',
  kioskModeBlockSleepButton: 'DisableSleepWakeButton',
  kioskModeBlockTouchscreen: 'DisableTouch',
  kioskModeBlockVolumeButtons: 'DisableVolumeButtons',
  kioskModeEnableVoiceControl: 'EnableVoiceControl',
  kioskModeRequireAssistiveTouch: 'EnableAssistiveTouch',
  kioskModeRequireColorInversion: 'EnableInvertColors',
  kioskModeRequireMonoAudio: 'EnableMonoAudio',
  kioskModeRequireVoiceOver: 'EnableVoiceOver',
  kioskModeRequireZoom: 'EnableZoom',
} as const;

/** What the app lock lets the user switch. */
const userOptions = {
  kioskModeAllowAssistiveTouchSettings: 'AssistiveTouch',
  kioskModeAllowColorInversionSettings: 'InvertColors',
  kioskModeAllowVoiceControlModification: 'VoiceControl',
  kioskModeAllowVoiceOverSettings: 'VoiceOver',
  kioskModeAllowZoomSettings: 'Zoom',
} as const;

/** Graph's documentation calls these redundant with what the system does, and names the "Block" properties instead. */
const redundant = never('hasNoEffect', 'The system allows it anyway; the property that blocks it counts.');

/** The whole app lock is one key, which this property gives; the others are members of its value. */
const kioskModeBuiltInAppId: Property = (value, document) => {
  if (typeof value !== 'string' || value === '') return [];
  if (!isBuiltIn(document)) {
    return [undelivered('switchedOff', "It counts only while 'kioskModeAppType' is builtInApp.")];
  }
  const fixed = chosen(document, options);
  const free = chosen(document, userOptions);
  const app = {
    Identifier: value,
    ...(fixed && { Options: fixed }),
    ...(free && { UserEnabledOptions: free }),
  };
  return [appleSetting('com.apple.app.lock/App', app)];
};

function isBuiltIn(document: JsonObject): boolean {
  const type = document['kioskModeAppType'];
  return (
    type === 'builtInApp' ||
    // v1.0 has no type: there the built-in app counts while no other app is named.
    (type === undefined && !document['kioskModeManagedAppId'] && !document['kioskModeAppStoreUrl'])
  );
}

function chosen(document: JsonObject, names: Readonly<Record<string, string>>): JsonObject | undefined {
  const members = Object.entries(names).filter(([name]) => document[name] === true);
  return members.length === 0 ? undefined : Object.fromEntries(members.map(([, name]) => [name, true]));
}

const member: Property = (value, document) => {
  if (value === false || value === 'notConfigured') return [];
  if (document['kioskModeBuiltInAppId'] && isBuiltIn(document)) return [];
  return [undelivered('needsAnother', "It counts only together with 'kioskModeBuiltInAppId'.")];
};

/** @see https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.app.lock.yaml */
export const kioskMode: Properties = {
  kioskModeBuiltInAppId,
  kioskModeAppType: member,
  ...Object.fromEntries([...Object.keys(options), ...Object.keys(userOptions)].map((name) => [name, member])),
  kioskModeManagedAppId: never(
    'noKnownKey',
    "Apple's app lock needs the app's bundle identifier, which the id of a managed app is not.",
  ),
  kioskModeAppStoreUrl: never(
    'noKnownKey',
    "Apple's app lock needs the app's bundle identifier, which a store address does not hold.",
  ),
  kioskModeAllowAutoLock: redundant,
  kioskModeAllowRingerSwitch: redundant,
  kioskModeAllowScreenRotation: redundant,
  kioskModeAllowSleepButton: redundant,
  kioskModeAllowTouchscreen: redundant,
  kioskModeAllowVolumeButtons: redundant,
};
