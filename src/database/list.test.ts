import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { contains, listPage, sql, tables, type Page } from './index.ts';

interface Tables {
  thing: { id: number; name: string; size: number };
}

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  const { connection } = db.database;
  await sql`create table thing (id int primary key, name text not null, size int not null)`.execute(
    connection,
  );
  await sql`insert into thing values (1, 'Größe', 5), (2, '50% off', 5), (3, 'a_b', 7), (4, 'axb', 5)`.execute(
    connection,
  );
});
afterAll(() => db[Symbol.asyncDispose]());

const things = () => tables<Tables>(db.database).selectFrom('thing').selectAll();

async function page(part: Page<'name' | 'size'>) {
  const { items, total } = await listPage(things(), { name: 'name', size: sql`size` }, part);
  return { ids: items.map(({ id }) => id), total };
}

test('a page has its part of the rows and says how many there are; what sorts alike is in the order of ids', async () => {
  const sort = { field: 'size', descending: false } as const;
  expect(await page({ limit: 2, offset: 0, sort })).toEqual({ ids: [1, 2], total: 4 });
  expect(await page({ limit: 2, offset: 2, sort })).toEqual({ ids: [4, 3], total: 4 });
  expect(await page({ limit: 2, offset: 4, sort })).toEqual({ ids: [], total: 4 });
  const backwards = { field: 'size', descending: true } as const;
  expect(await page({ limit: 4, offset: 0, sort: backwards })).toEqual({ ids: [3, 4, 2, 1], total: 4 });
});

test.each([
  ['GRÖSSE', []],
  ['GRÖ', [1]],
  ['%', [2]],
  ['_', [3]],
  ['', [1, 2, 3, 4]],
  [String.raw`\\`, []],
])('a text that contains %j is found as it is written, in either case', async (part, ids) => {
  for (const text of ['name', sql`name || ''`]) {
    const rows = await things().where(contains(text, part)).orderBy('id').execute();
    expect(rows.map(({ id }) => id)).toEqual(ids);
  }
});
