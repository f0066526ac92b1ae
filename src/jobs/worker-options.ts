import { EventEmitter } from 'node:events';
import { Logger, type TaskList, type WorkerEvents, type WorkerPoolOptions } from 'graphile-worker';
import type { Json } from '../kernel/json.ts';

/** What runs, by name. A task may run more than once for the same job, so it must be idempotent. */
export type Tasks = Readonly<Record<string, (payload: Json) => Promise<void>>>;

/** As much of a logger as jobs need. */
export interface JobLog {
  debug(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export const schema = 'graphile_worker';

interface WorkerSettings {
  readonly log: JobLog;
  /** Called with what a job threw. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * How graphile-worker runs here: with our tasks, log and signal handling, and without reading files or the environment. Results are
 * written through its batches, of one job each, because only then an error of the database is not an unhandled rejection, and is a
 * result written before the worker ends.
 */
export function workerOptions({ log, onFailure }: WorkerSettings) {
  const events: WorkerEvents = new EventEmitter();
  events.on('job:error', ({ job, error }) => {
    const last = job.attempts >= job.max_attempts;
    log[last ? 'error' : 'warn'](
      { job: job.task_identifier, attempt: job.attempts, err: error },
      last ? 'a job failed for the last time' : 'a job failed and will be tried again',
    );
    onFailure?.(error);
  });
  return {
    schema,
    events,
    noHandleSignals: true,
    logger: quietLogger(log),
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  } satisfies WorkerPoolOptions;
}

export function taskList(tasks: Tasks): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, (payload: unknown) => task(payload as Json)]),
  );
}

/** Leaves out what goes with a message, because the payload is in it, and what is logged from an event. */
function quietLogger(log: JobLog): Logger {
  return new Logger(() => (level, message, meta) => {
    if (meta?.['failure'] === true || level === 'debug') return;
    if (level === 'info') log.debug({}, message);
    else log.warn({}, message);
  });
}
