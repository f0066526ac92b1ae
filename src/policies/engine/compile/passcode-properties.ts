import type { Json } from '../../../kernel/json.ts';
import type { AppleKey } from '../apple/keys.ts';
import { amount, choice, whenTrue } from './apple-properties.ts';
import { onlyWhile, type Property } from './graph-properties.ts';

const payload = 'com.apple.mobiledevice.passwordpolicy';

const alphanumeric: Readonly<Record<string, Json>> = {
  deviceDefault: null,
  alphanumeric: true,
  numeric: false,
};

/**
 * The passcode rules that Macs and iPhones share, by Apple's key. The portal shows the others only while a passcode is required, so `gate`,
 * the name of that property, must be true for them to be delivered: a rule that nobody sees should not bind anybody.
 * @see https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.mobiledevice.passwordpolicy.yaml
 */
export function passcodeProperties(
  gate: string,
  { longestInactivity }: { readonly longestInactivity: number },
) {
  const gated = (property: Property) => onlyWhile(gate, property);
  const numbered = (key: AppleKey, range: Parameters<typeof amount>[1]) => gated(amount(key, range));
  return {
    forcePIN: whenTrue(`${payload}/forcePIN`, true),
    allowSimple: gated(whenTrue(`${payload}/allowSimple`, false)),
    requireAlphanumeric: gated(choice(`${payload}/requireAlphanumeric`, alphanumeric)),
    minComplexChars: numbered(`${payload}/minComplexChars`, { from: 0, to: 4, unit: 'characters' }),
    minLength: numbered(`${payload}/minLength`, { from: 0, to: 16, unit: 'characters' }),
    maxPINAgeInDays: numbered(`${payload}/maxPINAgeInDays`, { from: 0, to: 730, unit: 'days' }),
    maxInactivity: numbered(`${payload}/maxInactivity`, { from: 0, to: longestInactivity, unit: 'minutes' }),
    maxGracePeriod: numbered(`${payload}/maxGracePeriod`, { from: 0, unit: 'minutes' }),
    pinHistory: numbered(`${payload}/pinHistory`, { from: 1, to: 50, unit: 'passcodes' }),
    maxFailedAttempts: numbered(`${payload}/maxFailedAttempts`, { from: 2, to: 11, unit: 'attempts' }),
  } satisfies Record<string, Property>;
}
