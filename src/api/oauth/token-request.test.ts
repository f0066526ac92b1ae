import { expect, test } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import { isRefusal } from './refusal.ts';
import { readTokenRequest, type TokenRequest } from './token-request.ts';

const publicUrl = 'https://mdm.example.com';
const right = {
  grant_type: 'client_credentials',
  client_id: 'ca6dbe0b-0000-4000-8000-000000000001',
  client_secret: 'the secret',
  scope: 'https://graph.microsoft.com/.default',
};

function read(form: Record<string, string> | string, authorization?: string) {
  return readTokenRequest(new URLSearchParams(form), authorization, publicUrl);
}

function without(...names: (keyof typeof right)[]): Record<string, string> {
  return Object.fromEntries(Object.entries(right).filter(([name]) => !names.some((item) => item === name)));
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function secretOf(request: ReturnType<typeof read>): string | undefined {
  return isRefusal(request) ? undefined : request.clientSecret.reveal();
}

test('client id and secret are taken from the body', () => {
  expect(read({ ...right, 'x-client-SKU': 'msal.js.node', claims: '{}' })).toEqual({
    clientId: right.client_id,
    clientSecret: expect.any(Secret),
    audience: 'https://graph.microsoft.com',
  } satisfies TokenRequest);
  expect(secretOf(read(right))).toBe('the secret');
});

test('client id and secret are taken from the Authorization header, percent-decoded', () => {
  const form = without('client_id', 'client_secret');
  for (const [sent, meant] of [
    ['plain', 'plain'],
    ['a%2Bb%3Ac%25+d%26e', 'a+b:c% d&e'],
    ['with:colon', 'with:colon'],
    ['50%off&more', '50%off&more'],
    ['p%C3%A4ss', 'päss'],
  ] as const) {
    expect(secretOf(read(form, basic(`${right.client_id}:${sent}`))), sent).toBe(meant);
  }
  expect(read({ ...form, client_id: right.client_id }, basic(`${right.client_id}:s`))).toMatchObject({
    clientId: right.client_id,
  });
});

test('an Authorization header that is not Basic with id and secret is refused', () => {
  const form = without('client_id', 'client_secret');
  for (const header of [
    'Bearer abc',
    'Basic',
    'Basic !!!!',
    'Basic a===',
    basic('no-colon'),
    basic(':no-id'),
    basic('no-secret:'),
    `${basic('a:b')} c`,
    '',
  ]) {
    expect(read(form, header), header).toMatchObject({
      refused: 'secretMissing',
      sentence: expect.stringContaining('Basic'),
    });
  }
});

test('authenticating twice is refused', () => {
  expect(read(right, basic('a:b'))).toMatchObject({ refused: 'malformed' });
  expect(
    read({ ...without('client_secret'), client_assertion: 'x' }, basic(`${right.client_id}:b`)),
  ).toMatchObject({ refused: 'malformed' });
  expect(read(without('client_secret'), basic('other:b'))).toMatchObject({ refused: 'malformed' });
});

test('what is missing is named', () => {
  for (const name of ['grant_type', 'client_id', 'scope'] as const) {
    for (const form of [without(name), { ...right, [name]: '' }]) {
      expect(read(form)).toEqual({
        refused: 'parameterMissing',
        sentence: `The request body must contain the following parameter: '${name}'.`,
      });
    }
  }
  expect(read(without('client_secret'))).toMatchObject({ refused: 'secretMissing' });
  expect(read({ ...without('client_secret'), client_assertion: 'x' })).toMatchObject({
    refused: 'secretMissing',
    sentence: expect.stringContaining('client assertions'),
  });
});

test('a parameter that is sent twice is refused, whichever it is', () => {
  const form = new URLSearchParams(right).toString();
  for (const more of ['grant_type=client_credentials', 'client_id=x', 'client_secret=y', 'a=1&a=1']) {
    expect(read(`${form}&${more}`), more).toMatchObject({ refused: 'malformed' });
  }
});

test('only client credentials are granted', () => {
  for (const grant of ['password', 'authorization_code', 'Client_Credentials', 'toString']) {
    expect(read({ ...right, grant_type: grant }), grant).toMatchObject({ refused: 'grantUnsupported' });
  }
});

test('the scope names the audience', () => {
  const scopes = {
    'https://graph.microsoft.com/.default': 'https://graph.microsoft.com',
    'https://graph.microsoft.com//.default': 'https://graph.microsoft.com',
    'HTTPS://GRAPH.microsoft.com/.default': 'https://graph.microsoft.com',
    '00000003-0000-0000-c000-000000000000/.default': '00000003-0000-0000-c000-000000000000',
    'https://mdm.example.com/.default': 'https://mdm.example.com',
    ' https://mdm.example.com/.default ': 'https://mdm.example.com',
  };
  for (const [scope, audience] of Object.entries(scopes)) {
    expect(read({ ...right, scope }), scope).toMatchObject({ audience });
  }
  const refused = {
    'https://graph.microsoft.com/User.Read.All': 'scopeNotDefault',
    'https://graph.microsoft.com/.Default': 'scopeNotDefault',
    openid: 'scopeNotDefault',
    '/.default': 'resourceUnknown',
    'https://vault.azure.net/.default': 'resourceUnknown',
    'https://graph.microsoft.com.evil.example/.default': 'resourceUnknown',
    'https://graph.microsoft.com/.default openid': 'scopeInvalid',
  };
  for (const [scope, reason] of Object.entries(refused)) {
    expect(read({ ...right, scope }), scope).toMatchObject({ refused: reason });
  }
});
