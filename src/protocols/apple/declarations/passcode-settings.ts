import type { Json, JsonObject } from '../../../kernel/json.ts';
import { isSince, type ConfigurationDefinition, type Since } from './configuration.ts';

const payloadType = 'com.apple.mobiledevice.passwordpolicy';

interface Key {
  readonly name: string;
  /** Undefined for a value that the key cannot have. */
  readonly of: (value: Json) => Json | undefined;
  /** Where it came later than the configuration itself. */
  readonly since?: Since;
}

const later: Since = { macOS: '13.1', iOS: '16.2' };

const flag = (value: Json) => (typeof value === 'boolean' ? value : undefined);
const opposite = (value: Json) => (typeof value === 'boolean' ? !value : undefined);
const number =
  (from: number, to = Infinity) =>
  (value: Json) =>
    typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to ? value : undefined;

/** What the configuration calls each key of the payload. */
const keys: Readonly<Record<string, Key>> = {
  forcePIN: { name: 'RequirePasscode', of: flag },
  requireAlphanumeric: { name: 'RequireAlphanumericPasscode', of: flag, since: later },
  allowSimple: { name: 'RequireComplexPasscode', of: opposite },
  minLength: { name: 'MinimumLength', of: number(0, 16) },
  minComplexChars: { name: 'MinimumComplexCharacters', of: number(0, 4), since: later },
  maxFailedAttempts: { name: 'MaximumFailedAttempts', of: number(2, 11) },
  minutesUntilFailedLoginReset: { name: 'FailedAttemptsResetInMinutes', of: number(0), since: later },
  maxGracePeriod: { name: 'MaximumGracePeriodInMinutes', of: number(0) },
  // In a profile a Mac takes up to 60 minutes.
  maxInactivity: { name: 'MaximumInactivityInMinutes', of: number(0, 15) },
  maxPINAgeInDays: { name: 'MaximumPasscodeAgeInDays', of: number(0, 730), since: later },
  pinHistory: { name: 'PasscodeReuseLimit', of: number(1, 50) },
};

/** @see https://developer.apple.com/documentation/devicemanagement/passcodesettings */
export const passcodeSettings: ConfigurationDefinition = {
  type: 'com.apple.configuration.passcode.settings',
  since: { macOS: '13.0', iOS: '15.0' },
  payloadType,
  name: 'passcode',
  payloadOf: (settings, facts) => {
    // A Mac takes it only in a supervised enrolment.
    if (facts.system === 'macOS' && facts.supervised === false) return undefined;
    const said: JsonObject = {};
    for (const { key, value } of settings) {
      const to = keys[key.slice(payloadType.length + 1)];
      if (!to || (to.since && !isSince(facts, to.since))) return undefined;
      const meant = to.of(value);
      if (meant === undefined) return undefined;
      said[to.name] = meant;
    }
    return said;
  },
};
