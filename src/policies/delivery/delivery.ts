import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../kernel/json.ts';

/**
 * How far an item is on a device. `sent`: no answer yet. `delivered`: the device took it. `verified`: the device says that it has it.
 * `error`: the device refused it. `removing`: it is to go. `retained`: it should go, and there is no way to remove it. `notApplicable`: it is
 * wanted, and the device cannot have it.
 */
type DeliveryState = 'sent' | 'delivered' | 'verified' | 'error' | 'removing' | 'retained' | 'notApplicable';

/** What is sent as one and carries some of the settings, such as a profile. */
export interface DeliveredItem {
  /** Of what was sent last; another content has another. */
  readonly version: string;
  readonly state: DeliveryState;
  /** Since when, ISO 8601. */
  readonly at: string;
  /** The settings that it carries: a digest of each one's value, by its key. */
  readonly values: Readonly<Record<string, string>>;
  /** How often this version was tried. */
  readonly attempts: number;
  /** Why it is not as it should be, for people. */
  readonly error?: string;
  /** The device took it and cannot be asked whether it has it, so that no more will be known. */
  readonly isBelieved?: true;
  /** When it is tried again, ISO 8601. */
  readonly retryAt?: string;
  /** What the protocol needs to know about it. */
  readonly details: JsonObject;
}

/** What a device cannot do now: since when (ISO 8601), and how often it said so. */
interface NotNow {
  readonly since: string;
  readonly count: number;
}

/** What was delivered to a device by one of its channels. It stays when a policy goes, because what was delivered must go too. */
export interface Delivery {
  /** The document for which nothing is left to do; null while something is. */
  readonly settledKey: string | null;
  readonly items: Readonly<Record<string, DeliveredItem>>;
  /** By the protocol's name of what was asked. */
  readonly notNow: Readonly<Record<string, NotNow>>;
}

export const nothingDelivered: Delivery = { settledKey: null, items: {}, notNow: {} };

/** The earliest moment at which something is tried again; undefined when nothing is. */
export function retriedAt({ items }: Delivery): Date | undefined {
  const moments = Object.values(items).flatMap(({ retryAt }) => (retryAt === undefined ? [] : [retryAt]));
  const earliest = moments.toSorted()[0];
  return earliest === undefined ? undefined : new Date(earliest);
}

/** What tells two values of a setting apart, short enough to keep for each setting of each device. */
export function digestOfValue(value: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('base64url')
    .slice(0, 16);
}

/** With the members of objects in one order. */
function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key]!)]),
  );
}
