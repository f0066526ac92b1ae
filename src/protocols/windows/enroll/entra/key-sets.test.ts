import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import { keySets, type KeySets } from './key-sets.ts';

const url = 'https://login.example.com/keys';
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey;

const written = async (...keys: readonly KeyObject[]) =>
  JSON.stringify({
    keys: await Promise.all(keys.map(async (key) => Object.assign(await exportJWK(key), { kid: 'a' }))),
  });

const header = { alg: 'RS256', kid: 'a' };
const token = { payload: '', signature: '' };

let now: number;
let asked: number;
let answer: () => Promise<Response>;
let sets: KeySets;
beforeEach(() => {
  now = Date.parse('2026-03-01');
  asked = 0;
  answer = async () => new Response(await written(publicKey));
  sets = keySets({
    clock: () => new Date(now),
    fetch: async () => {
      asked++;
      return answer();
    },
  });
});

const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );

test('many who ask at once are one question', async () => {
  await Promise.all(Array.from({ length: 20 }, () => sets.read(url)));
  now += 60_000;
  await Promise.all(Array.from({ length: 20 }, () => sets.read(url, true)));
  expect(asked).toBe(2);
});

test('an issuer that is away is asked again after a while, and what is known of it stays good', async () => {
  const good = answer;
  answer = async () => new Response('', { status: 503 });
  expect(await problem(sets.read(url))).toBe('unavailable');
  expect(await problem(sets.read(url))).toBe('unavailable');
  expect(asked).toBe(1);
  now += 10_000;
  answer = good;
  const keys = await sets.read(url);
  now += 60_000;
  answer = async () => Promise.reject(new TypeError('fetch failed'));
  expect(await problem(sets.read(url, true))).toBe('unavailable');
  expect(await sets.read(url)).toBe(keys);
});

test('no more is read than a set of keys can have', async () => {
  let sent = 0;
  answer = async () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
      }),
    );
  expect(await problem(sets.read(url))).toBe('unavailable');
  expect(sent).toBeLessThan(1_000_000);
});

test('keys that nobody should trust, or that are none, are not there', async () => {
  answer = async () => new Response(await written(weak));
  const keys = await sets.read(url);
  await expect(keys(header, token)).rejects.toThrow(/no applicable key/);
  now += 3_600_000;
  answer = async () => new Response('{"keys": [{"kty": "RSA", "kid": "a", "n": "", "e": ""}, {"kty": "x"}]}');
  await expect((await sets.read(url))(header, token)).rejects.toThrow(/no applicable key/);
});
