import { setTimeout as delay } from 'node:timers/promises';
import { runTaskList, type WorkerPool } from 'graphile-worker';
import { openPool, type Pool } from '../database/index.ts';
import { migrateBy } from './migrate-jobs.ts';
import { schema, taskList, workerOptions, type JobLog, type Tasks } from './worker-options.ts';

interface JobsSettings {
  readonly url: string;
  readonly tasks: Tasks;
  readonly log: JobLog;
  /** How many jobs run at once in this process. It takes one connection more than this. */
  readonly concurrency?: number;
  /** Milliseconds that `stop` waits for what runs. */
  readonly patience?: number;
}

interface Jobs {
  /** Takes no more jobs and waits for those that run. One that takes too long is cut off and tried again later. */
  stop(): Promise<void>;
}

/** Milliseconds. */
const shortestPause = 250;
const longestPause = 30_000;
const abandonedEvery = 60_000;
const forcedWithin = 5_000;

/**
 * Runs jobs until it is stopped; without tasks there is nothing to do. When the database fails it, everything is closed and started again, with growing pauses, until the
 * database is back.
 */
export function startJobs(settings: JobsSettings): Jobs {
  const stopping = new AbortController();
  const ended = Object.keys(settings.tasks).length > 0 ? keepRunning(settings, stopping.signal) : undefined;
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function keepRunning(settings: JobsSettings, stopping: AbortSignal): Promise<void> {
  let pause = shortestPause;
  while (!stopping.aborted) {
    const startedWell = () => {
      pause = shortestPause;
    };
    try {
      await runUntilStopped(settings, stopping, startedWell);
    } catch (error) {
      settings.log.warn({ err: error }, 'no jobs run now; trying again');
    }
    await delay(pause, undefined, { signal: stopping }).catch(() => {});
    pause = Math.min(pause * 2, longestPause);
  }
}

/** Throws when the database fails. */
async function runUntilStopped(
  { url, tasks, log, concurrency = 1, patience = 10_000 }: JobsSettings,
  stopping: AbortSignal,
  startedWell: () => void,
): Promise<void> {
  const pool = openPool({ url, maxConnections: concurrency + 1, applicationName: 'muster jobs' });
  let tidying: NodeJS.Timeout | undefined;
  try {
    await Promise.race([prepare(pool), aborted(stopping)]);
    if (stopping.aborted) return;
    const { promise: failed, reject: fail } = Promise.withResolvers<never>();
    // The worker would try again by itself, but not in every case: it keeps a failed look-up of its tasks for good.
    const options = workerOptions({ log });
    options.events.on('worker:getJob:error', ({ error }) => fail(error));
    options.events.on('pool:listen:error', ({ error }) => fail(error));
    options.events.on('pool:listen:success', ({ client, workerPool }) => {
      startedWell();
      // After the connection's first statement, which it is about to run: the driver wants one at a time.
      client.once('drain', () => void client.query(lockPresence, [presence, workerPool.id]).catch(fail));
    });
    const worker = runTaskList({ ...options, concurrency }, taskList(tasks), pool);
    let gaveUp = false;
    const ended = worker.promise.finally(() => {
      gaveUp = true;
    });
    tidying = setInterval(() => void unlockAbandoned(pool).catch(fail), abandonedEvery);
    try {
      await Promise.race([failed, ended, aborted(stopping)]);
    } finally {
      if (!gaveUp) await shutDown(worker, stopping, patience);
    }
  } finally {
    clearInterval(tidying);
    await Promise.race([pool.end(), delay(forcedWithin, undefined, { ref: false })]);
  }
}

async function prepare(pool: Pool): Promise<void> {
  await migrateBy(pool);
  await unlockAbandoned(pool);
}

async function shutDown(worker: WorkerPool, stopping: AbortSignal, patience: number): Promise<void> {
  const finished = settled(worker.gracefulShutdown('The server stops')).then(() => true);
  const impatient = aborted(stopping).then(() => delay(patience, false, { ref: false }));
  if (await Promise.race([finished, impatient])) return;
  const forced = settled(worker.forcefulShutdown('The server stopped'));
  await Promise.race([forced, delay(forcedWithin, undefined, { ref: false })]);
}

/** Waits for a promise whose error is logged where it comes from. */
async function settled(promise: unknown): Promise<void> {
  await Promise.allSettled([promise]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The first of the two numbers of the lock that each worker holds while it lives. */
const presence = 7_283_003;
const lockPresence = 'select pg_advisory_lock($1, hashtext($2))';

/** Gives back the jobs of workers that are no more; graphile-worker itself does so after four hours. */
async function unlockAbandoned(pool: Pool): Promise<void> {
  await pool.query(
    `select ${schema}.force_unlock_workers(array(
       select locked_by
       from (select distinct locked_by from ${schema}.jobs where locked_by is not null) as worker
       where pg_try_advisory_xact_lock($1, hashtext(locked_by))
     ))`,
    [presence],
  );
}
