import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { sql, transact, type Database, type Reader } from '../database/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { Secret } from '../kernel/secret.ts';
import type { SecretBox } from './secret-box.ts';
import { tenancyTables } from './tables.ts';

const day = 24 * 3_600_000;

/** A key signs for 90 days. */
const signingPeriod = 90 * day;
/** A new key is published this long before it signs, so that caches of the key set know it. */
const publishedAhead = day;
/** A key stays published this long after the next one signs, so that every token that it signed can expire first. */
const publishedAfter = day;
/** How often a server looks at the stored keys again. */
const reloadAfter = 60_000;

const keyCreationLock = 7_283_002;

interface PublishedKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly createdAt: number;
  readonly sealedPrivateJwk: Buffer;
}

/** The server's token signing keys, shared by all its replicas through the database. */
export interface SigningKeys {
  /** The key that signs now. */
  current(): Promise<{ kid: string; privateKey: CryptoKey }>;
  /** The public key with this id, if it is published. */
  verificationKey(kid: string): Promise<CryptoKey | undefined>;
  /** Every published key, newest first, as a JWK set holds them. */
  published(): Promise<JWK[]>;
}

export function signingKeys(services: { database: Database; secrets: SecretBox; clock: Clock }): SigningKeys {
  const { database, secrets, clock } = services;
  let loadedAt = -Infinity;
  let keys: readonly PublishedKey[] = [];
  let loading: Promise<readonly PublishedKey[]> | undefined;
  const imported = new Map<string, CryptoKey>();

  async function fresh(): Promise<readonly PublishedKey[]> {
    const now = clock().getTime();
    if (now - loadedAt < reloadAfter && now >= loadedAt) return keys;
    loading ??= load(now).finally(() => (loading = undefined));
    return loading;
  }

  async function load(now: number): Promise<readonly PublishedKey[]> {
    keys = await keepKeys(database, secrets, now);
    loadedAt = now;
    return keys;
  }

  async function importKey(id: string, jwk: JWK): Promise<CryptoKey> {
    const known = imported.get(id);
    if (known) return known;
    const key = (await importJWK(jwk, 'RS256')) as CryptoKey;
    imported.set(id, key);
    return key;
  }

  return {
    async current() {
      const published = await fresh();
      const now = clock().getTime();
      const key = published.find((item) => item.createdAt <= now - publishedAhead) ?? published.at(-1)!;
      const privateJwk = secrets.open(key.sealedPrivateJwk, `tenancy_signing_key:${key.kid}`);
      return {
        kid: key.kid,
        privateKey: await importKey(`private ${key.kid}`, JSON.parse(privateJwk.reveal())),
      };
    },
    async verificationKey(kid) {
      const key = (await fresh()).find((item) => item.kid === kid);
      return key && importKey(`public ${kid}`, key.publicJwk);
    },
    async published() {
      return (await fresh()).map((key) => key.publicJwk);
    },
  };
}

/** Reads the published keys, newest first, and first makes the next one when it is time. */
async function keepKeys(database: Database, secrets: SecretBox, now: number): Promise<PublishedKey[]> {
  const stored = await publishedKeys(database, now);
  if (!nextKeyIsDue(stored, now)) return stored;
  await transact(database, async (transaction) => {
    await sql`select pg_advisory_xact_lock(${keyCreationLock})`.execute(transaction.connection);
    const published = await publishedKeys(transaction, now);
    if (!nextKeyIsDue(published, now)) return;
    const pair = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
    const bare = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(bare);
    const privateJwk = new Secret(JSON.stringify(await exportJWK(pair.privateKey)));
    await tenancyTables(transaction)
      .insertInto('tenancy_signing_key')
      .values({
        kid,
        public_jwk: JSON.stringify({ ...bare, kid, use: 'sig', alg: 'RS256' }),
        private_jwk: secrets.seal(privateJwk, `tenancy_signing_key:${kid}`),
        created_at: new Date(now),
      })
      .execute();
    const oldest = published.at(-1);
    if (!oldest) return;
    await tenancyTables(transaction)
      .deleteFrom('tenancy_signing_key')
      .where('created_at', '<', new Date(oldest.createdAt))
      .execute();
  });
  return publishedKeys(database, now);
}

function nextKeyIsDue(keys: readonly PublishedKey[], now: number): boolean {
  const newest = keys[0];
  return !newest || newest.createdAt <= now - signingPeriod;
}

async function publishedKeys(db: Reader, now: number): Promise<PublishedKey[]> {
  const rows = await tenancyTables(db)
    .selectFrom('tenancy_signing_key')
    .selectAll()
    .orderBy('created_at', 'desc')
    .execute();
  const keys = rows.map((row) => ({
    kid: row.kid,
    publicJwk: row.public_jwk,
    createdAt: row.created_at.getTime(),
    sealedPrivateJwk: row.private_jwk,
  }));
  return keys.filter((_key, index) => {
    const next = keys[index - 1];
    return !next || now < next.createdAt + publishedAhead + publishedAfter;
  });
}
