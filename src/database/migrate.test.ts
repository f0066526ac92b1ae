import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { migrations } from '../app.ts';
import { migrate, openDatabase, sql } from './index.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db[Symbol.asyncDispose]());

const first = {
  name: 'test/0001-first',
  sql: 'create table test_thing (id int primary key); insert into test_thing values (1)',
};

test('each migration is applied once, also when servers start at the same time', async () => {
  const others = Array.from({ length: 4 }, () => openDatabase({ url: db.url, maxConnections: 1 }));
  const all = [...migrations, first];
  const applied = await Promise.all(others.map((other) => migrate(other, all)));
  expect(applied.flat()).toEqual([first.name]);
  expect(await migrate(db.database, all)).toEqual([]);
  await Promise.all(others.map((other) => other.close()));
});

test('a binary that does not know an applied migration refuses the database', async () => {
  await expect(migrate(db.database, migrations)).rejects.toThrow(/newer version of Muster.*test\/0001-first/);
});

test('a migration that fails leaves nothing behind', async () => {
  const broken = { name: 'test/0002-broken', sql: 'create table test_other (id int); select 1/0' };
  await expect(migrate(db.database, [...migrations, first, broken])).rejects.toThrow('division by zero');
  const { rows } = await sql`select to_regclass('test_other') as found`.execute(db.database.connection);
  expect(rows).toEqual([{ found: null }]);
});

test('names are unique and say which domain they belong to', () => {
  const names = migrations.map((migration) => migration.name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+\/\d{4}-[a-z-]+$/);
});
