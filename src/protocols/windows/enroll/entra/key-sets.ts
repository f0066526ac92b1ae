import { createPublicKey } from 'node:crypto';
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
/** Nor does whoever asks while an issuer is away. */
const pauseAfterFailure = 10_000;
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
  const asking = new Map<string, Promise<JWTVerifyGetKey>>();
  const failed = new Map<string, { readonly at: number; readonly reason: unknown }>();

  async function ask(url: string, now: number): Promise<JWTVerifyGetKey> {
    try {
      const keys = createLocalJWKSet(await fetchKeys(fetch, url));
      kept.set(url, { keys, fetchedAt: now });
      failed.delete(url);
      return keys;
    } catch (reason) {
      failed.set(url, { at: now, reason });
      throw reason;
    } finally {
      asking.delete(url);
    }
  }

  return {
    async read(url, again = false) {
      const now = clock().getTime();
      const known = kept.get(url);
      const age = known ? now - known.fetchedAt : Infinity;
      if (known && age < (again ? askedAtMostEvery : keptFor)) return known.keys;
      const failure = failed.get(url);
      if (failure && now - failure.at < pauseAfterFailure) throw failure.reason;
      const asked = asking.get(url) ?? ask(url, now);
      asking.set(url, asked);
      return asked;
    },
  };
}

async function fetchKeys(fetch: typeof globalThis.fetch, url: string): Promise<JSONWebKeySet> {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeout) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const set = JSON.parse(await textOf(answer)) as JSONWebKeySet;
    createLocalJWKSet(set);
    return { keys: set.keys.filter(isUsable) };
  } catch (cause) {
    const message = `The keys of the issuer cannot be fetched from ${url}. Try again later.`;
    throw new Fault('unavailable', message, { cause });
  }
}

/** No more of it is read than a set of keys can have. */
async function textOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body ?? []) {
    size += piece.length;
    if (size > largest) throw new Error('too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Whether a token can be checked with it: by RS256, with a key that nobody breaks. */
function isUsable(jwk: JSONWebKeySet['keys'][number]): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
      key: jwk,
      format: 'jwk',
    });
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
  } catch {
    return false;
  }
}
