import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { sql, unavailable } from './index.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db[Symbol.asyncDispose]());

async function backend(seconds = 0): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid, pg_sleep(${seconds})`.execute(
    db.database.prepared.connection,
  );
  return rows[0]!.pid;
}

const nextTurn = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test('statements of one turn go by one connection, and those that come while it is busy by another', async () => {
  const [first, second, third] = [backend(0.2), backend(), backend()];
  await nextTurn();
  const later = await backend();
  const pids = await Promise.all([first, second, third]);
  expect(new Set(pids).size).toBe(1);
  expect(pids).not.toContain(later);
});

test('however many are asked for, few connections are opened, and each gets its own answer', async () => {
  const asked = [];
  for (let number = 0; number < 200; number++) {
    asked.push(
      sql<{
        number: number;
        pid: number;
      }>`select ${number}::int as number, pg_backend_pid() as pid`.execute(db.database.prepared.connection),
    );
    if (number % 3 === 0) await nextTurn();
  }
  const answers = (await Promise.all(asked)).map(({ rows }) => rows[0]!);
  expect(answers.map(({ number }) => number)).toEqual(asked.map((_, index) => index));
  expect(new Set(answers.map(({ pid }) => pid)).size).toBeLessThanOrEqual(4);
});

test('a statement that fails does not harm those beside it', async () => {
  const divide = (by: number) =>
    sql<{ result: number }>`select 6 / ${by}::int as result`.execute(db.database.prepared.connection);
  const [before, failed, after] = await Promise.allSettled([divide(2), divide(0), divide(3)]);
  expect(failed).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
  expect([before, after]).toMatchObject([
    { status: 'fulfilled', value: { rows: [{ result: 3 }] } },
    { status: 'fulfilled', value: { rows: [{ result: 2 }] } },
  ]);
});

test('a connection that breaks fails what waits for it, and is replaced', async () => {
  const pid = await backend();
  const waiting = Promise.allSettled([backend(30), backend()]);
  await nextTurn();
  await sql`select pg_terminate_backend(${pid})`.execute(db.database.connection);
  for (const outcome of await waiting) {
    const { reason } = outcome as PromiseRejectedResult;
    expect(unavailable(reason), String(reason)).toBeDefined();
  }
  expect(await backend()).not.toBe(pid);
});
