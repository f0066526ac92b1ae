import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { transact } from '../database/index.ts';
import { idSource } from '../kernel/id.ts';
import {
  createOrganization,
  findOrganization,
  findTenant,
  listOrganizations,
  type NewOrganization,
} from './organizations.ts';

const now = new Date('2026-03-01T12:00:00Z');
const newId = idSource(
  () => now,
  () => 0,
);
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db[Symbol.asyncDispose]());

const create = (changes: Partial<NewOrganization> & { slug: string }) =>
  transact(db.database, (transaction) =>
    createOrganization({ db: transaction, now, newId }, { tenantId: randomUUID(), ...changes }),
  );

test('an organization is found by slug and by tenant id', async () => {
  const created = await create({ slug: 'acme', tenantId: 'ABCDEF00-1111-4222-8333-444444444444' });
  expect(created).toMatchObject({
    slug: 'acme',
    name: 'acme',
    tenantId: 'abcdef00-1111-4222-8333-444444444444',
    plan: 'enterprise',
    createdAt: now,
  });
  expect(await findOrganization(db.database, 'acme')).toEqual(created);
  for (const tenant of ['acme', 'ACME', created.tenantId, created.tenantId.toUpperCase()]) {
    expect(await findTenant(db.database, tenant), tenant).toEqual(created);
  }
  for (const tenant of ['', 'acm', 'acme\0', "acme'--", created.id, randomUUID()]) {
    expect(await findTenant(db.database, tenant), tenant).toBe(undefined);
  }
  expect(await listOrganizations(db.database)).toContainEqual(created);
});

test('a slug is what can stand in a path and is no id', async () => {
  const right = ['abc', '0-9', 'a--b', 'a'.repeat(63), 'deadbeefdeadbeefdeadbee', '7days'];
  for (const slug of right) expect((await create({ slug })).slug).toBe(slug);
  const wrong = [
    '',
    'ab',
    'a'.repeat(64),
    'Acme',
    'a_b',
    'a b',
    'a/b',
    'ä-umlaut',
    '-abc',
    '123456',
    'deadbeefdeadbeefdeadbeef',
    'abcdef00-1111-4222-8333-444444444445',
    'common',
    'organizations',
    'consumers',
    'abc\n',
  ];
  for (const slug of wrong) {
    await expect(create({ slug }), slug).rejects.toMatchObject({
      code: 'invalidInput',
      violations: [{ path: 'slug' }],
    });
  }
});

test('tenant id and plan are checked', async () => {
  await expect(create({ slug: 'wrong', tenantId: 'x' })).rejects.toMatchObject({
    violations: [{ path: 'tenantId' }],
  });
  for (const plan of ['free', 'toString']) {
    await expect(create({ slug: 'wrong', plan })).rejects.toMatchObject({ violations: [{ path: 'plan' }] });
  }
  expect((await create({ slug: 'starter', plan: 'starter', name: 'Starter Ltd' })).name).toBe('Starter Ltd');
});

test('slug and tenant id are unique', async () => {
  const { tenantId } = await create({ slug: 'first' });
  await expect(create({ slug: 'first' })).rejects.toMatchObject({
    code: 'alreadyExists',
    message: expect.stringContaining("slug 'first'"),
  });
  await expect(create({ slug: 'second', tenantId })).rejects.toMatchObject({
    code: 'alreadyExists',
    message: expect.stringContaining(`tenant id '${tenantId}'`),
  });
});
