import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { sql } from '../database/index.ts';
import { Secret } from '../kernel/secret.ts';
import { listAuditEvents } from './audit.ts';
import type { Permission } from './permissions.ts';
import type { WriteContext } from './scope.ts';
import { createToken, listTokens, newTokenText, revokeToken, type NewToken } from './service-accounts.ts';

let server: TestServer;
let other: Tenant;
beforeAll(async () => {
  server = await testServer();
  other = await server.addTenant('other');
});
afterAll(() => server[Symbol.asyncDispose]());

function wanted(changes: Partial<NewToken> = {}): NewToken {
  return {
    serviceAccount: 'robot',
    permissions: ['audit.read'],
    expiresAt: null,
    token: newTokenText(randomBytes),
    ...changes,
  };
}

const create = (input: NewToken, tenant = server.tenant) =>
  server.change(tenant, (context) => createToken(context, input));

/** The context of a caller who has these permissions alone. */
function as(context: WriteContext, permissions: readonly Permission[]): WriteContext {
  const principal = { ...context.scope.principal, permissions: new Set(permissions) };
  return { ...context, scope: { ...context.scope, principal } };
}

test('a token is stored as its SHA-256 alone', async () => {
  const input = wanted();
  const { id } = await create(input);
  const { rows } = await sql<{ row: string }>`
    select t::text as row from tenancy_token t where id = ${id}
    union all select a::text from tenancy_audit_event a where target_id = ${id}
  `.execute(server.database.connection);
  expect(rows).toHaveLength(2);
  for (const { row } of rows) expect(row).not.toContain(input.token.reveal());
});

test('tokens of one account share it, and another organization has its own of that name', async () => {
  const first = await create(wanted({ serviceAccount: ' shared ' }));
  const second = await create(wanted({ serviceAccount: 'shared' }));
  const foreign = await create(wanted({ serviceAccount: 'shared' }), other);
  expect(second.serviceAccount).toEqual(first.serviceAccount);
  expect(first.serviceAccount.name).toBe('shared');
  expect(foreign.serviceAccount.id).not.toBe(first.serviceAccount.id);
});

test('a caller cannot give away what it lacks', async () => {
  const give = (permissions: readonly Permission[]) =>
    server.change(server.tenant, (context) =>
      createToken(as(context, ['serviceAccount.create', 'audit.read']), wanted({ permissions })),
    );
  expect((await give(['audit.read', 'serviceAccount.create'])).permissions).toHaveLength(2);
  await expect(give(['audit.read', 'user.read', 'group.read'])).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('user.read, group.read'),
    accepted: ['user.read', 'group.read'],
  });
});

test('what makes no token is refused by place', async () => {
  const cases: [Partial<NewToken>, string][] = [
    [{ serviceAccount: '  ' }, 'serviceAccount'],
    [{ serviceAccount: 'x'.repeat(129) }, 'serviceAccount'],
    [{ expiresAt: server.now() }, 'expiresAt'],
    [{ token: new Secret('seven77') }, 'token'],
    [{ token: new Secret('with a space') }, 'token'],
    [{ token: new Secret('pässword') }, 'token'],
    [{ token: new Secret('eyJhbGciOi.e30.sig') }, 'token'],
    [{ token: new Secret('x'.repeat(8_193)) }, 'token'],
  ];
  for (const [changes, path] of cases) {
    await expect(create(wanted(changes)), path).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path }],
    });
  }
});

test('the same text twice is refused, in another organization too', async () => {
  const token = newTokenText(randomBytes);
  await create(wanted({ token }));
  for (const tenant of [server.tenant, other]) {
    await expect(create(wanted({ token }), tenant)).rejects.toMatchObject({ code: 'alreadyExists' });
  }
});

test('a token is revoked once, by its own organization', async () => {
  const { id } = await create(wanted({ serviceAccount: 'revoked' }));
  const revoke = (tenant: Tenant) => server.change(tenant, (context) => revokeToken(context, id));
  await expect(revoke(other)).rejects.toMatchObject({ code: 'notFound' });
  const first = await revoke(server.tenant);
  expect(first.revokedAt).toEqual(server.now());
  server.advance(1_000);
  expect(await revoke(server.tenant)).toEqual(first);
  const events = await server.change(server.tenant, (context) =>
    listAuditEvents(context, { targetId: id, limit: 10 }),
  );
  expect(events.map(({ action }) => action)).toEqual(['serviceAccount.remove', 'serviceAccount.create']);
});

test('a list has the tokens of its organization alone, all or in parts', async () => {
  const all = await server.change(other, (context) => listTokens(context));
  expect(all.length).toBeGreaterThan(1);
  const parts = await server.change(other, async (context) => [
    ...(await listTokens(context, { limit: 1 })),
    ...(await listTokens(context, { limit: 100, after: all[0]!.id })),
  ]);
  expect(parts).toEqual(all);
  const own = await server.change(server.tenant, (context) => listTokens(context));
  expect(own.map(({ id }) => id)).not.toContain(all[0]!.id);
});
