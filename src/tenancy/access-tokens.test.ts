import { createHmac, createPublicKey, randomBytes, randomUUID } from 'node:crypto';
import { exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Id } from '../kernel/id.ts';
import { accessTokenLifetime, accessTokens, issuerOf, type AccessTokens } from './access-tokens.ts';
import { secretBox } from './secret-box.ts';
import { signingKeys, type SigningKeys } from './signing-keys.ts';

const publicUrl = 'https://mdm.example.com';
const tenantId = randomUUID();
const clientId = randomUUID();
const grant = {
  organization: {
    id: '019cab6f-3c00-8000-8000-000000000001' as Id,
    slug: 'one',
    name: 'One',
    tenantId,
    plan: 'enterprise',
    createdAt: new Date(0),
  },
  application: {
    id: '019cab6f-3c00-8000-8000-000000000002' as Id,
    clientId,
    name: 'app',
    permissions: [],
    createdAt: new Date(0),
    lastUsedAt: null,
  },
  audience: publicUrl,
  roles: ['Group.Read.All'],
} as const;

let db: TestDatabase;
let keys: SigningKeys;
let tokens: AccessTokens;
let now = Date.parse('2026-03-01T12:00:00Z');
beforeAll(async () => {
  db = await testDatabase();
  const clock = () => new Date(now);
  keys = signingKeys({ database: db.database, secrets: secretBox(randomBytes(32), randomBytes), clock });
  tokens = accessTokens({ keys, clock, publicUrl });
});
afterAll(() => db[Symbol.asyncDispose]());

const seconds = () => Math.floor(now / 1_000);

/** A token like the server's, in which a test changes what it is about. */
async function forged(changes: {
  claims?: Record<string, unknown>;
  header?: { kid?: string; alg?: string; crit?: string[] };
  key?: CryptoKey;
}): Promise<string> {
  const { kid, privateKey } = await keys.current();
  return new SignJWT({
    iss: issuerOf(publicUrl, tenantId),
    aud: publicUrl,
    tid: tenantId,
    appid: clientId,
    iat: seconds(),
    nbf: seconds(),
    exp: seconds() + 3_600,
    ...changes.claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid, ...changes.header })
    .sign(changes.key ?? privateKey);
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function codeOf(token: string): Promise<unknown> {
  return tokens.verify(token).then(
    () => 'accepted',
    (error: { code?: unknown }) => error.code ?? error,
  );
}

test('a token is accepted until it expires', async () => {
  const token = await tokens.issue(grant);
  expect(await tokens.verify(token)).toEqual({ tenantId, clientId });
  now += accessTokenLifetime * 1_000 - 1;
  expect(await codeOf(token)).toBe('accepted');
  now += 1;
  expect(await codeOf(token)).toBe('tokenExpired');
});

test('a token that the old key signed last is accepted until it expires, though the next key signs', async () => {
  now += 90 * 86_400_000;
  await keys.published();
  now += 86_400_000 - 1;
  const token = await tokens.issue(grant);
  now += 61_000;
  expect((await keys.current()).kid).not.toBe(
    JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid,
  );
  expect(await codeOf(token)).toBe('accepted');
  now += accessTokenLifetime * 1_000;
  expect(await codeOf(token)).toBe('tokenExpired');
});

test('what the forger changes nothing of is accepted', async () => {
  expect(await codeOf(await forged({}))).toBe('accepted');
  expect(await codeOf(await forged({ claims: { aud: 'https://graph.microsoft.com' } }))).toBe('accepted');
});

test('tokens of another issuer, audience or time are refused', async () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ iss: `https://sts.windows.net/${tenantId}/` }, 'tokenInvalid'],
    [{ iss: issuerOf(publicUrl, randomUUID()) }, 'tokenInvalid'],
    [{ tid: randomUUID() }, 'tokenInvalid'],
    [{ aud: 'https://vault.azure.net' }, 'tokenWrongAudience'],
    [{ exp: seconds() - 1 }, 'tokenExpired'],
    [{ nbf: seconds() + 60 }, 'tokenInvalid'],
    [{ exp: undefined }, 'tokenInvalid'],
    [{ tid: undefined }, 'tokenInvalid'],
    [{ appid: undefined }, 'tokenInvalid'],
    [{ aud: undefined }, 'tokenWrongAudience'],
    [{ tid: 7 }, 'tokenInvalid'],
    [{ appid: ['x'] }, 'tokenInvalid'],
  ];
  for (const [claims, code] of cases) {
    expect(await codeOf(await forged({ claims })), JSON.stringify(claims)).toBe(code);
  }
});

test("a key that is not the server's is refused, whatever id it takes", async () => {
  const { privateKey } = await generateKeyPair('RS256');
  expect(await codeOf(await forged({ key: privateKey }))).toBe('tokenInvalid');
  expect(await codeOf(await forged({ key: privateKey, header: { kid: 'mine' } }))).toBe('tokenInvalid');
  expect(await codeOf(await forged({ header: { kid: '' } }))).toBe('tokenInvalid');
});

test('alg none, and HS256 with the public key as secret, are refused', async () => {
  const token = await forged({});
  const [, payload] = token.split('.');
  const { kid } = await keys.current();
  expect(await codeOf(`${part({ alg: 'none', kid })}.${payload}.`)).toBe('tokenInvalid');
  expect(await codeOf(`${part({ alg: 'none' })}.${payload}.`)).toBe('tokenInvalid');

  const jwk = (await keys.published())[0]!;
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  expect(await exportSPKI((await keys.verificationKey(kid))!)).toBe(String(spki).trim());
  const signed = `${part({ alg: 'HS256', kid })}.${payload}`;
  const mac = createHmac('sha256', spki).update(signed).digest('base64url');
  expect(await codeOf(`${signed}.${mac}`)).toBe('tokenInvalid');
  expect(await codeOf(`${part({ alg: 'RS512', kid })}.${payload}.${token.split('.')[2]}`)).toBe(
    'tokenInvalid',
  );
});

test('a changed payload, header or signature is refused', async () => {
  const [header, payload, signature] = (await forged({})).split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const cases = [
    `${header}.${part({ ...claims, appid: randomUUID() })}.${signature}`,
    `${part({ ...JSON.parse(Buffer.from(header, 'base64url').toString()), typ: 'at+jwt' })}.${payload}.${signature}`,
    `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    `${header}.${payload}.`,
  ];
  for (const token of cases) expect(await codeOf(token), token).toBe('tokenInvalid');
});

test('what is no JSON web token is told so', async () => {
  const token = await forged({});
  for (const text of [
    '',
    'a',
    'a.b.c',
    '..',
    'ey.ey.ey',
    `${part('text')}.x.y`,
    `${part(null)}.x.y`,
    `${token}.more`,
  ]) {
    expect(await codeOf(text), text).toBe('tokenMalformed');
  }
  expect(await codeOf(`${part({ alg: 'RS256', kid: { a: 1 } })}.${token.split('.')[1]}.x`)).toMatch(
    /^token(Invalid|Malformed)$/,
  );
});
