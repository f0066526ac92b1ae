import { sql, type Transaction } from '../database/index.ts';
import type { JsonObject } from '../kernel/json.ts';

/**
 * Has the task `name` run after the transaction is committed, at least once: tasks are idempotent. With a `key`, what waits under the same
 * name and key already is replaced; what runs already is followed by another run. With `delay` it waits for so many seconds, unless
 * it waits for an earlier moment already. Transactions that add the same key wait for one another.
 */
export async function addJob(
  db: Transaction,
  name: string,
  payload: JsonObject,
  { key, delay }: { readonly key?: string; readonly delay?: number } = {},
): Promise<void> {
  const jobKey = key === undefined ? null : `${name}:${key}`;
  const add = async () => {
    const { rows } = await sql<{ id: unknown }>`
      select id from graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::json, job_key => ${jobKey},
        run_at => now() + make_interval(secs => ${delay ?? 0}),
        job_key_mode => ${delay === undefined ? 'replace' : 'preserve_run_at'})
    `.execute(db.connection);
    return rows[0]?.id != null;
  };
  // Nothing is added when a worker takes the waiting job at this very moment; the second time it is seen to run.
  if ((await add()) || (await add())) return;
  throw new Error(`The job ${name} could not be added.`);
}
