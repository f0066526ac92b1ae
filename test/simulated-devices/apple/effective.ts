import type { PlistDict, PlistValue } from './plist.ts';
import { payloadsOfType } from './profile.ts';
import type { Channel, Device } from './state.ts';

type Combine = (one: PlistValue, other: PlistValue) => PlistValue;

const either: Combine = (one, other) => one === true || other === true;
const both: Combine = (one, other) => one === true && other === true;
const most: Combine = (one, other) => Math.max(Number(one), Number(other));
const least: Combine = (one, other) => Math.min(Number(one), Number(other));
const later: Combine = (_one, other) => other;
const all: Combine = (one, other) => [
  ...new Set([...(one as readonly PlistValue[]), ...(other as readonly PlistValue[])]),
];

const passcodeRules: Readonly<Record<string, Combine>> = {
  allowSimple: both,
  changeAtNextAuth: either,
  forcePIN: either,
  maxFailedAttempts: least,
  maxGracePeriod: least,
  maxInactivity: least,
  maxPINAgeInDays: least,
  minComplexChars: most,
  minLength: most,
  minutesUntilFailedLoginReset: least,
  pinHistory: most,
  requireAlphanumeric: either,
};

/** Where several payloads set a key, the stricter value counts. */
function ruleOf(payloadType: string, key: string, value: PlistValue): Combine {
  if (payloadType === 'com.apple.mobiledevice.passwordpolicy') return passcodeRules[key] ?? later;
  if (Array.isArray(value)) return all;
  if (key.startsWith('allow') && typeof value === 'boolean') return both;
  if (/^(force|require)/.test(key) && typeof value === 'boolean') return either;
  return later;
}

/**
 * What all payloads of a type come to, those of active declarations with them; without the keys that every payload has. Empty where there is none.
 */
export function effectiveSettings(channel: Channel, payloadType: string): PlistDict {
  const given = [
    ...channel.profiles.flatMap((profile) => payloadsOfType(profile, payloadType)),
    ...channel.declarations.settings
      .filter((setting) => setting.payloadType === payloadType)
      .map(({ settings }) => settings),
  ];
  const combined: Record<string, PlistValue> = {};
  for (const settings of given) {
    for (const [key, value] of Object.entries(settings)) {
      if (key.startsWith('Payload') && key !== 'PayloadContent') continue;
      const before = combined[key];
      combined[key] = before === undefined ? value : ruleOf(payloadType, key, value)(before, value);
    }
  }
  return combined;
}

/** Whether the passcode is one that the profiles and declarations allow. */
export function isPasscodeCompliant({ state }: Device): boolean {
  const policy = effectiveSettings(state.device, 'com.apple.mobiledevice.passwordpolicy');
  const { passcode } = state;
  if (passcode === undefined) return policy['forcePIN'] !== true;
  const isSimple =
    /^(.)\1*$/.test(passcode) || '0123456789'.includes(passcode) || '9876543210'.includes(passcode);
  const complexCharacters = passcode.replaceAll(/[a-z0-9]/gi, '').length;
  return (
    passcode.length >= Number(policy['minLength'] ?? 0) &&
    complexCharacters >= Number(policy['minComplexChars'] ?? 0) &&
    (policy['requireAlphanumeric'] !== true || (/[a-z]/i.test(passcode) && /[0-9]/.test(passcode))) &&
    (policy['allowSimple'] !== false || !isSimple)
  );
}
