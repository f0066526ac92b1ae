import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';
import { sql } from '../database/index.ts';
import type { AccessTokens } from './access-tokens.ts';
import { listApplications, removeApplication } from './applications.ts';
import { authenticator } from './authenticate.ts';
import { listTokens, revokeToken } from './service-accounts.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const noAccessTokens: AccessTokens = {
  issue: () => Promise.reject(new Error('not here')),
  verify: () => Promise.reject(new Error('not here')),
};

const url = '/api/v1/organizations/default';

/** What a call with this `Authorization` header is answered: 200, or the code of the fault. */
async function called(authorization: string | undefined, path = ''): Promise<unknown> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const answer = await server.send({ url: url + path, token: null, headers });
  return answer.status === 200 ? 200 : answer.json.code;
}

function newestToken() {
  return server.change(server.tenant, async (context) => (await listTokens(context)).at(-1)!);
}

async function accessToken(): Promise<string> {
  const { clientId, clientSecret } = server.tenant;
  const answer = await server.send({
    method: 'POST',
    url: '/default/oauth2/v2.0/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}&scope=${server.publicUrl}/.default`,
    token: null,
  });
  return answer.json.access_token;
}

test('the scheme is read in any case, with any white space', async () => {
  const { token } = server.tenant;
  for (const header of [`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token} `]) {
    expect(await called(header), header).toBe(200);
  }
});

test('what is no bearer token is told apart from a wrong one', async () => {
  const { token } = server.tenant;
  const cases: [string | undefined, string][] = [
    [undefined, 'tokenMissing'],
    ['', 'tokenMissing'],
    ['Bearer', 'tokenMissing'],
    ['Bearer ', 'tokenMissing'],
    [token, 'tokenMissing'],
    [`Basic ${token}`, 'tokenMissing'],
    [`Bearer ${token} ${token}`, 'tokenMalformed'],
    ['Bearer short', 'tokenMalformed'],
    ['Bearer mst_"quoted"', 'tokenMalformed'],
    [`Bearer ${'x'.repeat(8_193)}`, 'tokenMalformed'],
    [`Bearer ${token}x`, 'tokenInvalid'],
    [`Bearer ${token.toUpperCase()}`, 'tokenInvalid'],
    [`Bearer ${'x'.repeat(8_192)}`, 'tokenInvalid'],
    ['Bearer ey12345.e30.', 'tokenMalformed'],
  ];
  for (const [header, code] of cases) expect(await called(header), header).toBe(code);
});

test('a token is refused from its expiry on', async () => {
  const expiry = new Date(server.now().getTime() + 60_000);
  const token = await server.addToken(server.tenant, ['organization.read'], expiry);
  server.advance(59_999);
  expect(await called(`Bearer ${token}`)).toBe(200);
  server.advance(1);
  expect(await called(`Bearer ${token}`)).toBe('tokenExpired');
});

test('a revocation counts at the next request', async () => {
  const token = await server.addToken(server.tenant, ['organization.read']);
  expect(await called(`Bearer ${token}`)).toBe(200);
  const { id } = await newestToken();
  await server.change(server.tenant, (context) => revokeToken(context, id));
  expect(await called(`Bearer ${token}`)).toBe('tokenInvalid');
});

test('a lost permission counts at the next request, for an access token too', async () => {
  const token = await accessToken();
  expect(await called(`Bearer ${token}`, '/tokens')).toBe(200);
  const setPermissions = (permissions: string) =>
    sql`update tenancy_application set permissions = ${permissions}::text[] where client_id = ${server.tenant.clientId}`.execute(
      server.database.connection,
    );
  await setPermissions('{audit.read}');
  expect(await called(`Bearer ${token}`, '/tokens')).toBe('forbidden');
  // Its organization is what any valid token may see.
  expect(await called(`Bearer ${token}`)).toBe(200);
  await setPermissions('{serviceAccount.read,no.longer.known}');
  expect(await called(`Bearer ${token}`, '/tokens')).toBe(200);
});

/** Answers as many requests at once and says which statements it took, those behind the answers too. */
async function statementsOf(headers: readonly string[]): Promise<string[]> {
  const callers = authenticator({
    database: server.database,
    accessTokens: noAccessTokens,
    clock: () => server.now(),
  });
  server.takeStatements();
  await Promise.all(headers.map((header) => callers.authenticate(header)));
  await callers.close();
  return server.takeStatements().map((text) => text.split(' ')[0]!);
}

test('the last use of a token is noted once a minute', async () => {
  const header = `Bearer ${await server.addToken(server.tenant, [])}`;
  const first = server.now();
  expect(await statementsOf([header])).toEqual(['select', 'update']);
  expect((await newestToken()).lastUsedAt).toEqual(first);
  server.advance(59_999);
  expect(await statementsOf([header])).toEqual(['select']);
  expect((await newestToken()).lastUsedAt).toEqual(first);
  server.advance(1);
  expect(await statementsOf([header])).toEqual(['select', 'update']);
  expect((await newestToken()).lastUsedAt).toEqual(server.now());
});

test('requests of one moment share their statements', async () => {
  const tokens = await Promise.all(Array.from({ length: 4 }, () => server.addToken(server.tenant, [])));
  const headers = tokens.flatMap((token) => Array.from({ length: 8 }, () => `Bearer ${token}`));
  expect((await statementsOf(headers)).sort()).toEqual(['select', 'update', 'update', 'update', 'update']);
  expect(await statementsOf(headers)).toEqual(['select']);
});

test('an access token of a deleted application is refused at the next request', async () => {
  const token = await accessToken();
  expect(await called(`Bearer ${token}`)).toBe(200);
  await server.change(server.tenant, async (context) => {
    const applications = await listApplications(context);
    const { id } = applications.find(({ clientId }) => clientId === server.tenant.clientId)!;
    await removeApplication(context, id);
  });
  expect(await called(`Bearer ${token}`)).toBe('tokenInvalid');
});
