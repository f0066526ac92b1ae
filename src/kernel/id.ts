import type { Clock } from './clock.ts';

/**
 * A 96-bit, time-ordered id in its database and Graph spelling: a UUIDv8 (RFC 9562, section 5.8).
 *
 * `tttttttt-tttt-8rrr-8000-000rrrrrrrrr`: 48 bits of Unix milliseconds, then 48 bits that are random in the first id of a
 * millisecond and grow by one within it. The version, the variant and 26 zero bits carry nothing, so 24 hex digits
 * (Applivery's spelling) and the GUID can be turned into each other.
 */
export type Id = string & { readonly __brand: 'Id' };

export type NewId = () => Id;

const uuidShape = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8000-000([0-9a-f]{9})$/;
const hexShape = /^[0-9a-f]{24}$/;
const randomLimit = 2 ** 48;

/** Makes the process's id source. `random` returns an integer in 0..2^48-1. */
export function idSource(clock: Clock, random: () => number): NewId {
  let lastTime = 0;
  let tail = 0;
  return () => {
    const now = clock().getTime();
    if (now > lastTime) {
      lastTime = now;
      tail = random();
    } else if (++tail >= randomLimit) {
      lastTime++;
      tail = 0;
    }
    return idOfHex(lastTime.toString(16).padStart(12, '0') + tail.toString(16).padStart(12, '0'));
  };
}

function idOfHex(hex: string): Id {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8000-000${hex.slice(15)}` as Id;
}

/** No id that was made at this moment or later comes before it. */
export function firstIdAt(time: Date): Id {
  return idOfHex(time.getTime().toString(16).padStart(12, '0').padEnd(24, '0'));
}

/** Reads Applivery's spelling, 24 hex digits in either case. Anything else is undefined. */
export function parseHexId(text: string): Id | undefined {
  const hex = text.toLowerCase();
  return hexShape.test(hex) ? idOfHex(hex) : undefined;
}

/** Reads a GUID in either case. A GUID that no id of ours can have is undefined, as is anything else. */
export function parseGuidId(text: string): Id | undefined {
  const guid = text.toLowerCase();
  return uuidShape.test(guid) ? (guid as Id) : undefined;
}

/** Applivery's spelling of an id: 24 lower-case hex digits. */
export function hexOfId(id: Id): string {
  return id.slice(0, 8) + id.slice(9, 13) + id.slice(15, 18) + id.slice(27);
}
