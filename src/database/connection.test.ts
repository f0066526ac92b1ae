import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { openDatabase, preparing, sql, transact, unavailable } from './index.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await sql`create table counter (id int primary key, value int not null)`.execute(db.database.connection);
  await sql`insert into counter values (1, 0), (2, 0)`.execute(db.database.connection);
});
afterAll(() => db[Symbol.asyncDispose]());

test('a transaction that throws leaves nothing behind', async () => {
  await expect(
    transact(db.database, async ({ connection }) => {
      await sql`update counter set value = 99`.execute(connection);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  const { rows } = await sql`select value from counter`.execute(db.database.connection);
  expect(rows).toEqual([{ value: 0 }, { value: 0 }]);
});

test('a transaction that loses a deadlock is run again', async () => {
  const increase = (order: readonly number[], met: () => Promise<void>) =>
    transact(db.database, async ({ connection }) => {
      await sql`update counter set value = value + 1 where id = ${order[0]}`.execute(connection);
      await met();
      await sql`update counter set value = value + 1 where id = ${order[1]}`.execute(connection);
    });
  let waiting: () => void = () => {};
  let arrived = 0;
  const meet = async () => {
    if (++arrived === 2) waiting();
    else if (arrived === 1) await new Promise<void>((resolve) => (waiting = resolve));
  };
  await Promise.all([increase([1, 2], meet), increase([2, 1], meet)]);
  const { rows } = await sql`select value from counter order by id`.execute(db.database.connection);
  expect(rows).toEqual([{ value: 2 }, { value: 2 }]);
  // Once more for each deadlock that PostgreSQL broke.
  expect(arrived).toBeGreaterThan(2);
});

test('a statement that runs all the time is planned once, for any values', async () => {
  const read = (ids: readonly number[]) =>
    sql`select value from counter where id = any(${ids}::int[])`.execute(db.database.prepared.connection);
  for (const ids of [[1], [1, 2], [2], []]) expect((await read(ids)).rows).toHaveLength(ids.length);
  const { rows } = await sql`
    select generic_plans::int, custom_plans::int from pg_prepared_statements
    where statement like 'select value from counter%'`.execute(db.database.prepared.connection);
  expect(rows).toEqual([{ generic_plans: 4, custom_plans: 0 }]);
});

test('what runs all the time sees the changes of the transaction that it runs in', async () => {
  const value = sql<{ value: number }>`select value from counter where id = 1`;
  const [inside, beside] = await transact(db.database, async (transaction) => {
    await sql`update counter set value = 7 where id = 1`.execute(transaction.connection);
    return Promise.all(
      [transaction, db.database].map(async (reader) => {
        const { rows } = await value.execute(preparing(reader).connection);
        return rows[0]!.value;
      }),
    );
  });
  expect([inside, beside]).toEqual([7, expect.not.toBeOneOf([7])]);
});

test('arrays of texts and ids come as they were sent', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
    fc.constantFrom('', 'NULL', 'null', 'xNULL', '{}', ',', '"', '\\', ' ', '[1:1]={a}'),
    fc.constant(null),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(fc.uuid()), async (texts, ids) => {
      const { rows } = await sql`select ${texts}::text[] as texts, ${ids}::uuid[] as ids`.execute(
        db.database.connection,
      );
      expect(rows).toEqual([{ texts, ids }]);
    }),
  );
  const { rows } =
    await sql`select '{{a,b},{c,d}}'::text[] as nested, '[0:1]={a,b}'::text[] as shifted`.execute(
      db.database.connection,
    );
  expect(rows).toEqual([
    {
      nested: [
        ['a', 'b'],
        ['c', 'd'],
      ],
      shifted: ['a', 'b'],
    },
  ]);
});

test('a database that cannot be reached is told from other errors', async () => {
  const nowhere = openDatabase({ url: 'postgres://127.0.0.1:1/x' });
  const lost = await nowhere.ping().catch((error: unknown) => error);
  expect(unavailable(lost)?.code).toBe('unavailable');
  await nowhere.close();
  const wrong = await sql`select nonsense`.execute(db.database.connection).catch((error: unknown) => error);
  expect(unavailable(wrong)).toBeUndefined();
});
