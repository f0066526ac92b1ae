import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import {
  brokenUniqueConstraint,
  enclose,
  endsTransaction,
  sql,
  transact,
  unavailable,
  type Reader,
} from './index.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await sql`create table place (id int primary key)`.execute(db.database.connection);
  await sql`
    create table thing (
      id int primary key,
      place int constraint thing_place references place deferrable initially deferred,
      value int not null default 0
    )`.execute(db.database.connection);
});
afterAll(() => db[Symbol.asyncDispose]());
beforeEach(() => sql`truncate thing, place`.execute(db.database.connection));

const add = ({ connection }: Reader, id: number) =>
  sql`insert into thing (id) values (${id})`.execute(connection);

async function ids({ connection }: Reader = db.database): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`select id from thing order by id`.execute(connection);
  return rows.map(({ id }) => id);
}

test.each([
  [true, [1, 2]],
  [false, []],
])('what is written in parts is kept together or not at all: keep %s', async (keep, left) => {
  const result = await enclose(db.database, async (enclosing) => {
    await transact(enclosing, (part) => add(part, 1));
    await transact(enclosing, (part) => add(part, 2));
    expect(await ids(enclosing)).toEqual([1, 2]);
    expect(await ids()).toEqual([]);
    return { keep, result: 'told' };
  });
  expect(result).toBe('told');
  expect(await ids()).toEqual(left);
});

test('a part that fails is undone alone, whatever made it fail', async () => {
  await enclose(db.database, async (enclosing) => {
    await transact(enclosing, (part) => add(part, 1));
    const twice = await transact(enclosing, async (part) => {
      await add(part, 2);
      await add(part, 1);
    }).catch((error: unknown) => error);
    expect(brokenUniqueConstraint(twice)).toBe('thing_pkey');
    const own = transact(enclosing, async (part) => {
      await add(part, 3);
      throw new Error('no');
    });
    await expect(own).rejects.toThrow('no');
    await transact(enclosing, (part) => add(part, 4));
    return { keep: true, result: undefined };
  });
  expect(await ids()).toEqual([1, 4]);
});

test('parts have parts, and a part may decide that it is not kept', async () => {
  await enclose(db.database, async (enclosing) => {
    await transact(enclosing, async (part) => {
      await add(part, 1);
      await transact(part, (inner) => add(inner, 2));
      await enclose(part, async (inner) => {
        await add(inner, 3);
        return { keep: false, result: undefined };
      });
      await transact(part, async (inner) => {
        await add(inner, 4);
        throw new Error('no');
      }).catch(() => {});
      await add(part, 5);
    });
    return { keep: true, result: undefined };
  });
  expect(await ids()).toEqual([1, 2, 5]);
});

test('reads that are made at the same time share the one connection', async () => {
  const found = await enclose(db.database, async (enclosing) => {
    await transact(enclosing, (part) => add(part, 1));
    const result = await Promise.all(Array.from({ length: 20 }, () => ids(enclosing)));
    return { keep: false, result };
  });
  expect(found).toEqual(Array.from({ length: 20 }, () => [1]));
});

describe('a constraint that is checked at the end', () => {
  const addIn = ({ connection }: Reader, id: number, place: number) =>
    sql`insert into thing (id, place) values (${id}, ${place})`.execute(connection);

  test('is checked at the end of each part, and waits again in the next', async () => {
    await enclose(db.database, async (enclosing) => {
      await expect(transact(enclosing, (part) => addIn(part, 1, 7))).rejects.toThrow('thing_place');
      await transact(enclosing, async (part) => {
        await addIn(part, 2, 8);
        await sql`insert into place values (8)`.execute(part.connection);
      });
      return { keep: true, result: undefined };
    });
    expect(await ids()).toEqual([2]);
  });

  test('fails the whole when the commit finds it broken', async () => {
    const enclosed = enclose(db.database, async (enclosing) => {
      await transact(enclosing, (part) => add(part, 1));
      await addIn(enclosing, 2, 7);
      return { keep: true, result: undefined };
    });
    await expect(enclosed).rejects.toThrow('thing_place');
    expect(await ids()).toEqual([]);
  });
});

test('a transaction that PostgreSQL has given up is never taken for a kept one', async () => {
  const enclosed = enclose(db.database, async (enclosing) => {
    await add(enclosing, 1);
    await add(enclosing, 1).catch(() => {});
    return { keep: true, result: undefined };
  });
  await expect(enclosed).rejects.toThrow('rolled back');
  expect(await ids()).toEqual([]);
  // The connection is whole again.
  await transact(db.database, (transaction) => add(transaction, 2));
  expect(await ids()).toEqual([2]);
});

test('a connection that breaks in a part ends the whole, and says that it did', async () => {
  let ofPart: unknown;
  const enclosed = enclose(db.database, async (enclosing) => {
    await transact(enclosing, (part) => add(part, 1));
    await transact(enclosing, ({ connection }) =>
      sql`select pg_terminate_backend(pg_backend_pid())`.execute(connection),
    ).catch((error: unknown) => {
      ofPart = error;
    });
    return { keep: true, result: undefined };
  });
  await expect(enclosed).rejects.toThrow();
  expect(endsTransaction(ofPart)).toBe(true);
  expect(unavailable(ofPart)?.code).toBe('unavailable');
  await transact(db.database, (transaction) => add(transaction, 2));
  expect(await ids()).toEqual([2]);
});

test('a deadlock in a part is not retried there, but with everything before it', async () => {
  await transact(db.database, async (transaction) => {
    await add(transaction, 1);
    await add(transaction, 2);
  });
  let waiting: () => void = () => {};
  let arrived = 0;
  const meet = async () => {
    if (++arrived === 2) waiting();
    else if (arrived === 1) await new Promise<void>((resolve) => (waiting = resolve));
  };
  const lost: unknown[] = [];
  const increase = (order: readonly number[]) =>
    enclose(db.database, async (enclosing) => {
      const one = (id: number | undefined) =>
        transact(enclosing, ({ connection }) =>
          sql`update thing set value = value + 1 where id = ${id}`.execute(connection),
        );
      await one(order[0]);
      await meet();
      await one(order[1]).catch((error: unknown) => {
        lost.push(error);
        throw error;
      });
      return { keep: true, result: undefined };
    });
  await Promise.all([increase([1, 2]), increase([2, 1])]);
  const { rows } = await sql`select value from thing order by id`.execute(db.database.connection);
  expect(rows).toEqual([{ value: 2 }, { value: 2 }]);
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.map(endsTransaction)).toEqual(lost.map(() => true));
  expect(arrived).toBe(2 + lost.length);
});
