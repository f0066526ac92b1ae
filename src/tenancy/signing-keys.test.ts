import { randomBytes } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { secretBox } from './secret-box.ts';
import { signingKeys, type SigningKeys } from './signing-keys.ts';

const hour = 3_600_000;
const day = 24 * hour;

const databases: TestDatabase[] = [];
const secrets = secretBox(randomBytes(32), randomBytes);
let now: number;
let db: TestDatabase;
let keys: SigningKeys;
beforeEach(async () => {
  db = await testDatabase();
  databases.push(db);
  now = Date.parse('2026-03-01T12:00:00Z');
  keys = replica();
});
afterAll(() => Promise.all(databases.map((database) => database[Symbol.asyncDispose]())));

function replica(): SigningKeys {
  return signingKeys({ database: db.database, secrets, clock: () => new Date(now) });
}

const signs = async (of = keys) => (await of.current()).kid;
const published = async (of = keys) => (await of.published()).map((key) => key.kid);

test('the first key signs at once', async () => {
  const kid = await signs();
  expect(await published()).toEqual([kid]);
  expect(await keys.verificationKey(kid)).toBeDefined();
  expect(await keys.verificationKey('another')).toBeUndefined();
});

test('after 90 days the next key is published, a day later it signs, a day later the old one is gone', async () => {
  const old = await signs();
  now += 90 * day - 1;
  expect(await published()).toEqual([old]);
  now += 61_000;
  const [next, ...others] = await published();
  expect(others).toEqual([old]);
  expect(next).not.toBe(old);
  expect(await signs()).toBe(old);
  now += day;
  expect(await signs()).toBe(next);
  expect(await published()).toEqual([next, old]);
  now += day;
  expect(await published()).toEqual([next]);
  expect(await keys.verificationKey(old)).toBeUndefined();
});

test('a server that slept keeps the old key until what it signed has expired', async () => {
  const old = await signs();
  now += 91.9 * day;
  expect(await signs()).toBe(old);
  now += day - 1;
  expect(await signs()).toBe(old);
  now += hour;
  expect(await signs()).not.toBe(old);
  expect(await published()).toContain(old);
});

test('a server that slept for a year publishes the next key before it signs all the same', async () => {
  const old = await signs();
  now += 365 * day;
  const [next] = await published();
  expect(await signs()).toBe(old);
  now += day;
  expect(await signs()).toBe(next);
});

test('keys that are gone are deleted when the next one is made', async () => {
  for (let rotation = 0; rotation < 4; rotation++) {
    await signs();
    now += 93 * day;
  }
  await signs();
  const stored = await db.database.connection
    .selectFrom('tenancy_signing_key' as never)
    .selectAll()
    .execute();
  expect(stored).toHaveLength(2);
});

test('replicas that start or rotate at the same moment agree on one key', async () => {
  const replicas = [keys, replica(), replica()];
  expect(new Set(await Promise.all(replicas.map(signs))).size).toBe(1);
  now += 91 * day;
  const seen = await Promise.all(replicas.map(published));
  expect(seen[0]).toHaveLength(2);
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
});

test('keys are read once a minute, however many ask', async () => {
  await signs();
  db.takeStatements();
  await Promise.all(Array.from({ length: 20 }, () => signs()));
  expect(db.takeStatements()).toEqual([]);
  now += 60_000;
  await Promise.all(Array.from({ length: 20 }, () => signs()));
  expect(db.takeStatements()).toHaveLength(1);
});

test('private keys are stored encrypted', async () => {
  const kid = await signs();
  const row = await db.database.connection
    .selectFrom('tenancy_signing_key' as never)
    .select(['public_jwk', 'private_jwk'] as never)
    .executeTakeFirstOrThrow();
  const { public_jwk: publicJwk, private_jwk: privateJwk } = row as {
    public_jwk: Record<string, unknown>;
    private_jwk: Buffer;
  };
  expect(Object.keys(publicJwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  expect(privateJwk.toString('latin1')).not.toContain('"d"');
  expect(secrets.open(privateJwk, `tenancy_signing_key:${kid}`).reveal()).toContain('"d"');
});
