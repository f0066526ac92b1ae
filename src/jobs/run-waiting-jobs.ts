import { runOnce } from 'graphile-worker';
import { openPool } from '../database/index.ts';
import { taskList, workerOptions, type JobLog, type Tasks } from './worker-options.ts';

/** Runs what waits, one job after the other, and what those add; not what is to run later. Throws what a job threw. */
export async function runWaitingJobs({
  url,
  tasks,
  log,
}: {
  readonly url: string;
  readonly tasks: Tasks;
  readonly log: JobLog;
}): Promise<void> {
  if (Object.keys(tasks).length === 0) return;
  const failures: unknown[] = [];
  const pool = openPool({ url, maxConnections: 2, applicationName: 'muster jobs' });
  try {
    const options = workerOptions({ log, onFailure: (error) => failures.push(error) });
    await runOnce({ ...options, pgPool: pool }, taskList(tasks));
  } finally {
    await pool.end();
  }
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} jobs failed`);
  if (failures.length === 1) throw failures[0];
}
