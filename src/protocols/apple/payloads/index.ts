import { appLock } from './app-lock.ts';
import { domains } from './domains.ts';
import { networkUsageRules } from './network-usage-rules.ts';
import { passwordPolicy } from './password-policy.ts';
import type { PayloadDefinition } from './payload.ts';
import { privacyPreferences } from './privacy-preferences.ts';
import { restrictions } from './restrictions.ts';

const payloads: readonly PayloadDefinition[] = [
  passwordPolicy,
  domains,
  restrictions,
  privacyPreferences,
  appLock,
  networkUsageRules,
];

const byType = new Map(payloads.map((payload) => [payload.type, payload]));

export type { PayloadDefinition } from './payload.ts';

/** Undefined for a type that no policy of this version has settings for. */
export function payloadOfType(type: string): PayloadDefinition | undefined {
  return byType.get(type);
}
