import { PassThrough } from 'node:stream';
import { afterEach, expect, inject, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import { openDatabase, sql, transact } from '../database/index.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { addJob, migrateJobs, runWaitingJobs, startJobs, type Tasks } from './index.ts';

const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanup.splice(0).toReversed()) await undo();
});

async function newDatabase(): Promise<TestDatabase> {
  const db = await testDatabase();
  cleanup.push(async () => db[Symbol.asyncDispose]());
  return db;
}

/** Keeps what was logged, and tells who waits for a line. */
function newLog() {
  const lines: { level: string; facts: object; message: string }[] = [];
  const waiting: { message: string; seen: () => void }[] = [];
  const at = (level: string) => (facts: object, message: string) => {
    lines.push({ level, facts, message });
    for (const one of waiting) if (message.includes(one.message)) one.seen();
  };
  return {
    lines,
    until: (message: string) => new Promise<void>((seen) => void waiting.push({ message, seen })),
    debug: at('debug'),
    warn: at('warn'),
    error: at('error'),
  };
}

function start(db: TestDatabase, tasks: Tasks, log = newLog(), patience?: number) {
  const jobs = startJobs({ url: db.url, tasks, log, ...(patience !== undefined && { patience }) });
  cleanup.push(() => jobs.stop());
  return jobs;
}

/** A task that notes its payloads, and does not end before it is let. */
function heldTask() {
  const ran: Json[] = [];
  const runs = new PassThrough({ objectMode: true });
  const begun = runs[Symbol.asyncIterator]();
  return {
    ran,
    task: (payload: Json) => {
      ran.push(payload);
      return new Promise<void>((letGo) => void runs.write(letGo));
    },
    /** Resolves when the next run has begun, with what lets it end. */
    begins: async () => (await begun.next()).value as () => void,
  };
}

const add = (db: TestDatabase, name: string, payload: JsonObject, key?: string) =>
  transact(db.database, (transaction) =>
    addJob(transaction, name, payload, key === undefined ? {} : { key }),
  );

async function waiting(db: TestDatabase) {
  const { rows } = await sql<{ task: string; attempts: number; locked: boolean; later: boolean }>`
    select task_identifier as task, attempts, locked_at is not null as locked, run_at > updated_at as later
    from graphile_worker.jobs order by id
  `.execute(db.database.connection);
  return rows;
}

/** Makes what waits run after this time from now. */
async function postpone(db: TestDatabase, interval: string): Promise<void> {
  await sql`update graphile_worker._private_jobs set run_at = now() + ${interval}::interval`.execute(
    db.database.connection,
  );
}

/** Ends every connection of the workers of this database, as its restart would. */
async function cutOff(db: TestDatabase): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'muster jobs'
  `.execute(db.database.connection);
}

async function run(db: TestDatabase, tasks: Tasks, log = newLog()) {
  await runWaitingJobs({ url: db.url, tasks, log });
}

test('a job runs once if its transaction is committed, and never if it is rolled back', async () => {
  const db = await newDatabase();
  const ran: Json[] = [];
  const tasks = { note: async (payload: Json) => void ran.push(payload) };
  const undone = transact(db.database, async (transaction) => {
    await addJob(transaction, 'note', { of: 'undone' });
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await add(db, 'note', { of: 'done', list: [1, { a: null }], text: '\'\\"' });
  await run(db, tasks);
  await run(db, tasks);
  expect(ran).toEqual([{ of: 'done', list: [1, { a: null }], text: '\'\\"' }]);
  expect(await waiting(db)).toEqual([]);
});

test('the same work waits once, with the payload that came last', async () => {
  const db = await newDatabase();
  const ran: Json[] = [];
  const tasks = {
    first: async (payload: Json) => void ran.push(['first', payload]),
    second: async (payload: Json) => void ran.push(['second', payload]),
  };
  await add(db, 'first', { n: 1 }, 'key');
  await add(db, 'first', { n: 2 }, 'key');
  await add(db, 'first', { n: 3 }, 'other');
  await add(db, 'second', { n: 4 }, 'key');
  await run(db, tasks);
  expect(ran).toHaveLength(3);
  expect(ran).toEqual(
    expect.arrayContaining([
      ['first', { n: 2 }],
      ['first', { n: 3 }],
      ['second', { n: 4 }],
    ]),
  );
});

test('a job that is added while it runs is run again', async () => {
  const db = await newDatabase();
  const held = heldTask();
  const jobs = start(db, { held: held.task });
  await add(db, 'held', { n: 1 }, 'key');
  let letGo = await held.begins();
  await add(db, 'held', { n: 2 }, 'key');
  await add(db, 'held', { n: 3 }, 'key');
  letGo();
  letGo = await held.begins();
  letGo();
  await jobs.stop();
  expect(held.ran).toEqual([{ n: 1 }, { n: 3 }]);
  expect(await waiting(db)).toEqual([]);
});

test('a job that a worker takes at the moment when it is added again is run again', async () => {
  const db = await newDatabase();
  await add(db, 'note', { n: 1 }, 'key');
  let added: Promise<void> | undefined;
  await transact(db.database, async (worker) => {
    await sql`
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker', attempts = 1
    `.execute(worker.connection);
    added = add(db, 'note', { n: 2 }, 'key');
    // The row is locked here, so whoever adds must come to wait for it.
    for (let blocked = false; !blocked;) {
      const { rows } = await sql<{ blocked: boolean }>`
        select exists (select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock') as blocked
      `.execute(db.database.connection);
      blocked = rows[0]!.blocked;
    }
  });
  await added;
  expect(await waiting(db)).toMatchObject([{ locked: true }, { locked: false, attempts: 0 }]);
});

test('a job that fails is logged once, without its payload, and tried again later', async () => {
  const db = await newDatabase();
  const log = newLog();
  let attempts = 0;
  const tasks = {
    fragile: async () => {
      attempts++;
      if (attempts === 1) throw new Error('It broke.');
    },
  };
  await add(db, 'fragile', { password: 'hunter2' });
  await expect(run(db, tasks, log)).rejects.toThrow('It broke.');
  const told = log.lines.filter(({ level }) => level !== 'debug');
  expect(told).toMatchObject([{ level: 'warn', facts: { job: 'fragile', attempt: 1 } }]);
  expect(JSON.stringify(log.lines)).not.toContain('hunter2');

  expect(await waiting(db)).toEqual([{ task: 'fragile', attempts: 1, locked: false, later: true }]);
  await postpone(db, '1 hour');
  await run(db, tasks, log);
  expect(attempts).toBe(1);
  await postpone(db, '0');
  await run(db, tasks, log);
  expect(attempts).toBe(2);
  expect(await waiting(db)).toEqual([]);
});

test('without tasks nothing is done, and what waits stays', async () => {
  const db = await newDatabase();
  await add(db, 'note', {});
  await run(db, {});
  await start(db, {}).stop();
  expect(await waiting(db)).toMatchObject([{ task: 'note', locked: false, attempts: 0 }]);
});

test('what several jobs throw is thrown together', async () => {
  const db = await newDatabase();
  await add(db, 'fragile', { n: 1 });
  await add(db, 'fragile', { n: 2 });
  const fragile = async () => {
    throw new Error('It broke.');
  };
  await expect(run(db, { fragile })).rejects.toMatchObject({
    message: '2 jobs failed',
    errors: { length: 2 },
  });
});

test('stop waits for what runs, and takes no other job', async () => {
  const db = await newDatabase();
  const held = heldTask();
  const jobs = start(db, { held: held.task });
  await add(db, 'held', { n: 1 });
  const letGo = await held.begins();
  await add(db, 'held', { n: 2 });
  let stopped = false;
  const stopping = jobs.stop().then(() => (stopped = true));
  // Everything that does not wait for the job would be done by now.
  await sql`select 1`.execute(db.database.connection);
  expect(stopped).toBe(false);
  letGo();
  await stopping;
  expect(held.ran).toEqual([{ n: 1 }]);
  expect(await waiting(db)).toEqual([{ task: 'held', attempts: 0, locked: false, later: false }]);
});

test('stop cuts off a job that takes too long; it is tried again', async () => {
  const db = await newDatabase();
  const held = heldTask();
  const jobs = start(db, { held: held.task }, newLog(), 0);
  await add(db, 'held', { n: 1 });
  const letGo = await held.begins();
  await jobs.stop();
  expect(await waiting(db)).toEqual([{ task: 'held', attempts: 1, locked: false, later: true }]);
  letGo();
});

test('a worker whose connections are lost works on', async () => {
  const db = await newDatabase();
  const held = heldTask();
  const log = newLog();
  start(db, { held: held.task }, log);
  await add(db, 'held', { n: 1 });
  const endFirst = await held.begins();
  endFirst();
  while ((await waiting(db)).length > 0);
  const noticed = log.until('trying again');
  await cutOff(db);
  await noticed;
  await add(db, 'held', { n: 2 });
  const endSecond = await held.begins();
  endSecond();
  expect(held.ran).toEqual([{ n: 1 }, { n: 2 }]);
});

test('a worker that could not look up its tasks at first works when it can', async () => {
  const db = await newDatabase();
  const held = heldTask();
  const log = newLog();
  const rename = (from: string, to: string) =>
    sql.raw(`alter table graphile_worker.${from} rename to ${to}`).execute(db.database.connection);
  await rename('_private_tasks', 'away');
  const noticed = log.until('no jobs run now');
  start(db, { held: held.task }, log);
  await noticed;
  await rename('away', '_private_tasks');
  await add(db, 'held', {});
  const letGo = await held.begins();
  letGo();
});

test('a job whose end cannot be written, because the database is away, runs again when it is back', async () => {
  const db = await newDatabase();
  const held = heldTask();
  const log = newLog();
  start(db, { held: held.task }, log);
  await add(db, 'held', { n: 1 });
  let letGo = await held.begins();
  const name = new URL(db.url).pathname.slice(1);
  const admin = openDatabase({ url: inject('clusterUrl'), maxConnections: 1 });
  cleanup.push(() => admin.close());
  const allow = (connections: boolean) =>
    sql.raw(`alter database ${name} allow_connections ${connections}`).execute(admin.connection);
  await allow(false);
  const unwritten = log.until('Failed to complete jobs');
  await cutOff(db);
  letGo();
  await unwritten;
  await log.until('trying again');
  await allow(true);
  letGo = await held.begins();
  letGo();
  expect(held.ran).toEqual([{ n: 1 }, { n: 1 }]);
});

test('the jobs of a worker that died are taken over, those of one that lives are not', async () => {
  const db = await newDatabase();
  const held = heldTask();
  start(db, { held: held.task });
  await add(db, 'held', { n: 1 });
  const letGo = await held.begins();
  await add(db, 'note', { of: 'the dead' });
  await sql`
    update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-dead', attempts = 1
    where locked_at is null
  `.execute(db.database.connection);

  const ran: Json[] = [];
  let noted = () => {};
  const done = new Promise<void>((resolve) => (noted = resolve));
  const other = start(db, {
    held: async () => void ran.push('stolen'),
    note: async (payload) => {
      ran.push(payload);
      noted();
    },
  });
  await done;
  await other.stop();
  expect(ran).toEqual([{ of: 'the dead' }]);
  expect(await waiting(db)).toMatchObject([{ task: 'held', locked: true }]);
  letGo();
});

test('several servers may bring the tables up to date at once', async () => {
  const db = await newDatabase();
  await sql`drop schema graphile_worker cascade`.execute(db.database.connection);
  await Promise.all([migrateJobs(db.url), migrateJobs(db.url), migrateJobs(db.url)]);
  await migrateJobs(db.url);
  await add(db, 'note', {});
  expect(await waiting(db)).toHaveLength(1);
});

test('the signals and the standard output of the process are left alone', async () => {
  const listeners = () =>
    ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'].map((name) => process.listenerCount(name));
  const before = listeners();
  const db = await newDatabase();
  const held = heldTask();
  start(db, { held: held.task });
  await add(db, 'held', {});
  const letGo = await held.begins();
  expect(listeners()).toEqual(before);
  letGo();
});
