import type { JsonObject } from '../../../kernel/json.ts';
import { isOlder } from '../../../kernel/version.ts';
import type { ResolvedSetting } from '../../../policies/index.ts';
import type { AppleSystem, DeviceFacts } from '../delivery/facts.ts';

/** The first version of each system that knows something; a system that is not there does not know it at all. */
export type Since = Readonly<Partial<Record<AppleSystem, string>>>;

/** A type of configuration that takes the place of a profile. */
export interface ConfigurationDefinition {
  readonly type: string;
  readonly since: Since;
  /** Whose settings it carries instead of a profile. */
  readonly payloadType: string;
  /** Its part of identifiers. */
  readonly name: string;
  /** Undefined when this device's version of the configuration cannot say all of it, so that a profile must. */
  readonly payloadOf: (settings: readonly ResolvedSetting[], facts: DeviceFacts) => JsonObject | undefined;
}

/** Whether a device takes configurations of a type: what it says of itself counts, and its version while it has said nothing. */
export function supports(
  facts: DeviceFacts,
  { type, since }: Pick<ConfigurationDefinition, 'type' | 'since'>,
): boolean {
  return facts.declarations ? facts.declarations.includes(type) : isSince(facts, since);
}

/** False while the device's version is not known. */
export function isSince({ system, osVersion }: DeviceFacts, since: Since): boolean {
  const first = since[system];
  return first !== undefined && osVersion !== undefined && !isOlder(osVersion, first);
}
