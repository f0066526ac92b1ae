import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';
import { sql } from '../database/index.ts';
import { listAuditEvents } from '../tenancy/index.ts';
import { createUser, listUsers, removeUser, requireUser, updateUser, usersByIds } from './users.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const inTenant: TestServer['change'] = (tenant, work) => server.change(tenant, work);

test('users are read by their ids in one statement, and only those of the organization', async () => {
  const other = await server.addTenant('by-ids');
  const [ada, grace] = await inTenant(server.tenant, async (context) => [
    await createUser(context, { email: 'ada@ids.test', metadata: { floor: 3, tags: ['a', { b: null }] } }),
    await createUser(context, { email: 'grace@ids.test', name: 'Grace' }),
  ]);
  const stranger = await inTenant(other, (context) => createUser(context, { email: 'ada@ids.test' }));
  await inTenant(server.tenant, async (context) => {
    server.takeStatements();
    const found = await usersByIds(context, [ada.id, grace.id, stranger.id, ada.id]);
    expect(server.takeStatements()).toHaveLength(1);
    expect(found).toEqual(
      new Map([
        [ada.id, ada],
        [grace.id, grace],
      ]),
    );
    await expect(requireUser(context, stranger.id)).rejects.toMatchObject({ code: 'notFound' });
    await expect(updateUser(context, stranger.id, { name: 'x' })).rejects.toMatchObject({ code: 'notFound' });
    await expect(removeUser(context, stranger.id)).rejects.toMatchObject({ code: 'notFound' });
    expect(await usersByIds(context, [])).toEqual(new Map());
  });
});

test('a list page is one statement and one count, whatever its length', async () => {
  await inTenant(server.tenant, async (context) => {
    for (const name of ['a', 'b', 'c']) await createUser(context, { email: `${name}@page.test` });
    server.takeStatements();
    const page = { limit: 2, offset: 0, sort: { field: 'email', descending: true } } as const;
    const { items, total } = await listUsers(context, { search: '@page.test' }, page);
    expect(server.takeStatements()).toHaveLength(2);
    expect(items.map((user) => user.email)).toEqual(['c@page.test', 'b@page.test']);
    expect(total).toBe(3);
  });
});

test('a user that something refers to is not removed', async () => {
  await sql
    .raw(
      `create table test_device (organization_id uuid, user_id uuid,
         foreign key (organization_id, user_id) references directory_user)`,
    )
    .execute(server.database.connection);
  const user = await inTenant(server.tenant, async (context) => {
    const created = await createUser(context, { email: 'owner@device.test' });
    await sql`insert into test_device values (${context.scope.organization.id}, ${created.id})`.execute(
      context.db.connection,
    );
    return created;
  });
  const removed = inTenant(server.tenant, (context) => removeUser(context, user.id));
  await expect(removed).rejects.toMatchObject({
    code: 'inUse',
    message:
      "The user 'owner@device.test' still has devices or enrolments. Give them to another user or remove them first.",
  });
  await inTenant(server.tenant, async (context) => {
    expect(await requireUser(context, user.id)).toEqual(user);
    await sql`delete from test_device`.execute(context.db.connection);
    await removeUser(context, user.id);
    await expect(requireUser(context, user.id)).rejects.toMatchObject({ code: 'notFound' });
  });
});

test('a change that changes nothing gives no new revision and no audit event', async () => {
  await inTenant(server.tenant, async (context) => {
    const user = await createUser(context, { email: 'same@nothing.test', tags: ['x', 'y', 'x'] });
    expect(user.tags).toEqual(['x', 'y']);
    expect(await updateUser(context, user.id, { email: 'same@nothing.test', tags: ['x', 'y', 'y'] })).toEqual(
      user,
    );
    const events = await listAuditEvents(context, { targetId: user.id, limit: 10 });
    expect(events.map((event) => event.action)).toEqual(['user.create']);
  });
});
