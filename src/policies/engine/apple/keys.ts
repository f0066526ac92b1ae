import type { Json } from '../../../kernel/json.ts';
import type { CombineRule } from '../combine.ts';
import { restrictions } from './restrictions.ts';
import { since, supervised, type AppleKeyFacts, type Requirement } from './requirement.ts';
import type { Setting, System } from '../setting.ts';

/**
 * Keys that profiles can hold, and from which version on. Passcode keys combine as the passcode declaration does, whose `combinetype`s
 * Apple publishes; profiles have none, so for the others the stricter value is taken where one is.
 * @see https://github.com/apple/device-management
 */
const keys = {
  ...named('com.apple.applicationaccess', restrictions),
  ...named('com.apple.mobiledevice.passwordpolicy', {
    allowSimple: passcode('Simple passcode allowed', 'and'),
    forcePIN: passcode('Passcode required', 'or'),
    maxFailedAttempts: passcode('Failed attempts allowed', 'smaller'),
    maxInactivity: passcode('Minutes until the screen locks', 'smaller'),
    maxPINAgeInDays: passcode('Days until the passcode expires', 'smaller'),
    minComplexChars: passcode('Complex characters in the passcode', 'larger'),
    minLength: passcode('Shortest passcode', 'larger'),
    requireAlphanumeric: passcode('Passcode with letters', 'or'),
    // Apple's declaration takes the smaller number here too, although the larger is the stricter.
    pinHistory: passcode('Earlier passcodes that may not come again', 'smaller'),
    maxGracePeriod: passcode('Minutes until a locked screen asks for the passcode', 'smaller'),
    minutesUntilFailedLoginReset: {
      title: 'Minutes until failed logins are forgotten',
      combine: 'smaller',
      macOS: since('10.10'),
    },
  }),
  ...named('com.apple.domains', {
    EmailDomains: { title: 'Own mail domains', combine: 'union', macOS: since('10.10'), iOS: since('8.0') },
    WebDomains: { title: 'Managed web domains', combine: 'union', iOS: since('9.3') },
    SafariPasswordAutoFillDomains: {
      title: 'Web domains whose passwords Safari may save',
      combine: 'union',
      iOS: supervised('9.3'),
    },
  }),
  ...named('com.apple.TCC.configuration-profile-policy', {
    // macOS takes the denial when two entries speak of the same app.
    Services: { title: 'Privacy preferences', combine: 'unionOfMembers', macOS: since('10.14') },
  }),
  ...named('com.apple.app.lock', {
    App: { title: 'Single app mode', combine: 'first', iOS: supervised('6.0') },
  }),
  ...named('com.apple.networkusagerules', {
    ApplicationRules: { title: 'Use of cellular data by apps', combine: 'union', iOS: since('9.0') },
  }),
} satisfies Record<string, AppleKeyFacts>;

export type AppleKey = keyof typeof keys;

export const appleKeys = Object.keys(keys) as readonly AppleKey[];

function passcode(title: string, combine: CombineRule): AppleKeyFacts {
  return { title, combine, macOS: since('10.7'), iOS: since('4.0') };
}

function named<Payload extends string, Facts extends Readonly<Record<string, AppleKeyFacts>>>(
  payload: Payload,
  facts: Facts,
) {
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [`${payload}/${key}`, value]),
  ) as unknown as Readonly<Record<`${Payload}/${keyof Facts & string}`, AppleKeyFacts>>;
}

export function appleSetting(key: AppleKey, value: Json): Setting {
  const { title, combine } = keys[key];
  return { platform: 'apple', key, title, value, combine };
}

/**
 * What a device needs for a key: `notThere` when its system does not know the key at all, undefined when nothing is known of the key, as
 * of a whole profile.
 */
export function requirementOf(system: System, key: string): Requirement | 'notThere' | undefined {
  if (system === 'windows' || !Object.hasOwn(keys, key)) return undefined;
  return keys[key as AppleKey][system] ?? 'notThere';
}
