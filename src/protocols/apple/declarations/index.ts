import type { ConfigurationDefinition } from './configuration.ts';
import { passcodeSettings } from './passcode-settings.ts';

/** The configurations that take the place of profiles, each where a device supports it. */
const configurations: readonly ConfigurationDefinition[] = [passcodeSettings];

const byPayloadType = new Map(
  configurations.map((configuration) => [configuration.payloadType, configuration]),
);

/** Undefined for a payload type that only profiles have. */
export function configurationForPayload(payloadType: string): ConfigurationDefinition | undefined {
  return byPayloadType.get(payloadType);
}
