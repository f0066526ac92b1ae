import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { sql } from '../database/index.ts';
import { Secret } from '../kernel/secret.ts';
import {
  checkClientSecret,
  createApplication,
  listApplications,
  removeApplication,
  type NewApplication,
} from './applications.ts';

let server: TestServer;
let other: Tenant;
beforeAll(async () => {
  server = await testServer();
  other = await server.addTenant('other');
});
afterAll(() => server[Symbol.asyncDispose]());

function wanted(changes: Partial<NewApplication> = {}): NewApplication {
  return {
    name: 'pipeline',
    clientId: randomUUID(),
    clientSecret: new Secret('the right secret'),
    salt: randomBytes(16),
    permissions: ['audit.read'],
    ...changes,
  };
}

const create = (input: NewApplication, tenant = server.tenant) =>
  server.change(tenant, (context) => createApplication(context, input));

const check = (clientId: string, secret: string, { organization }: Tenant = server.tenant) =>
  checkClientSecret(server.database, organization.id, clientId, new Secret(secret), server.now());

test('the right secret is told from a wrong one, an unknown application from both', async () => {
  const created = await create(wanted());
  const { clientId } = created;
  expect(await check(clientId, 'the right secret')).toEqual(created);
  expect(await check(clientId.toUpperCase(), 'the right secret')).toMatchObject({ clientId });
  expect(await check(clientId, 'the wrong secret')).toBe('wrongSecret');
  expect(await check(clientId, 'the right secret', other)).toBe('unknownApplication');
  for (const unknown of [randomUUID(), '', 'x', `${clientId}\0`, `${clientId}'--`]) {
    expect(await check(unknown, 'the right secret'), unknown).toBe('unknownApplication');
  }
});

test('the last use is when it last signed in, not when it failed to', async () => {
  const { clientId } = await create(wanted());
  const lastUse = async () => {
    const applications = await server.change(server.tenant, (context) => listApplications(context));
    return applications.find((application) => application.clientId === clientId)!.lastUsedAt;
  };
  await check(clientId, 'the wrong secret');
  expect(await lastUse()).toBe(null);
  server.advance(1_000);
  await check(clientId, 'the right secret');
  expect(await lastUse()).toEqual(server.now());
});

test('the secret is stored salted: the same secret twice looks different, and is nowhere in clear', async () => {
  const [first, second] = [await create(wanted()), await create(wanted())];
  const { rows } = await sql<{ hash: Buffer }>`
    select secret_hash as hash from tenancy_application where id in (${first.id}, ${second.id})
  `.execute(server.database.connection);
  expect(rows[0]!.hash.equals(rows[1]!.hash)).toBe(false);
  const events = await sql<{ row: string }>`
    select a::text as row from tenancy_audit_event a where target_id = ${first.id}
  `.execute(server.database.connection);
  expect(events.rows).toHaveLength(1);
  expect(events.rows[0]!.row).not.toContain('the right secret');
});

test('what makes no application is refused by place', async () => {
  const cases: [Partial<NewApplication>, string][] = [
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(129) }, 'name'],
    [{ clientId: 'no-guid' }, 'clientId'],
    [{ clientSecret: new Secret('short') }, 'clientSecret'],
  ];
  for (const [changes, path] of cases) {
    await expect(create(wanted(changes)), path).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path }],
    });
  }
  const { clientId } = await create(wanted());
  await expect(create(wanted({ clientId: clientId.toUpperCase() }), other)).rejects.toMatchObject({
    code: 'alreadyExists',
  });
});

test('a caller cannot give away what it lacks', async () => {
  const given = server.change(server.tenant, (context) => {
    const principal = { ...context.scope.principal, permissions: new Set(['application.create'] as const) };
    return createApplication({ ...context, scope: { ...context.scope, principal } }, wanted());
  });
  await expect(given).rejects.toMatchObject({ code: 'forbidden', accepted: ['audit.read'] });
});

test('an application is removed by its own organization, once', async () => {
  const { id, clientId } = await create(wanted());
  const remove = (tenant: Tenant) => server.change(tenant, (context) => removeApplication(context, id));
  await expect(remove(other)).rejects.toMatchObject({ code: 'notFound' });
  await remove(server.tenant);
  expect(await check(clientId, 'the right secret')).toBe('unknownApplication');
  await expect(remove(server.tenant)).rejects.toMatchObject({ code: 'notFound' });
});

test('a list has the applications of its organization alone, all or in parts', async () => {
  await create(wanted(), other);
  const all = await server.change(other, (context) => listApplications(context));
  expect(all).toHaveLength(2);
  const parts = await server.change(other, async (context) => [
    ...(await listApplications(context, { limit: 1 })),
    ...(await listApplications(context, { limit: 1, after: all[0]!.id })),
  ]);
  expect(parts).toEqual(all);
});
