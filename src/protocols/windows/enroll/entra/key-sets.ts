import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../../../kernel/clock.ts';
import { Fault } from '../../../../kernel/fault.ts';

/** The keys that issuers of tokens publish. Made once per process. */
export interface KeySets {
  /** The keys at this address. `again`: a token was signed with none of those that are known. Faults: `unavailable`. */
  read(url: string, again?: boolean): Promise<JWTVerifyGetKey>;
}

interface Kept {
  readonly keys: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/** Issuers announce a new key a day before they sign with it. */
const keptFor = 3_600_000;
/** Whoever makes up key ids does not make the server ask all the time. */
const askedAtMostEvery = 60_000;
const timeout = 10_000;
const largest = 256 * 1024;

export function keySets({
  fetch,
  clock,
}: {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}): KeySets {
  const kept = new Map<string, Kept>();
  return {
    async read(url, again = false) {
      const now = clock().getTime();
      const known = kept.get(url);
      const age = known ? now - known.fetchedAt : Infinity;
      if (known && age < (again ? askedAtMostEvery : keptFor)) return known.keys;
      const keys = createLocalJWKSet(await fetchKeys(fetch, url));
      kept.set(url, { keys, fetchedAt: now });
      return keys;
    },
  };
}

async function fetchKeys(fetch: typeof globalThis.fetch, url: string): Promise<JSONWebKeySet> {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeout) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const text = await answer.text();
    if (text.length > largest) throw new Error('too large');
    const keys = JSON.parse(text) as JSONWebKeySet;
    createLocalJWKSet(keys);
    return keys;
  } catch (cause) {
    const message = `The keys of the issuer cannot be fetched from ${url}. Try again later.`;
    throw new Fault('unavailable', message, { cause });
  }
}
