import { Logger, runMigrations } from 'graphile-worker';
import { openPool, type Pool } from '../database/index.ts';
import { Fault } from '../kernel/fault.ts';
import { schema } from './worker-options.ts';

/** Any number will do as long as no other lock of ours has it. */
const migrationLock = 7_283_002;

/**
 * Brings the schema `graphile_worker` up to date. Several servers may do so at once. Faults: `unavailable` when a newer version has
 * changed it.
 */
export async function migrateJobs(url: string): Promise<void> {
  const pool = openPool({ url, maxConnections: 2, applicationName: 'muster jobs' });
  try {
    await migrateBy(pool);
  } finally {
    await pool.end();
  }
}

/** Takes two connections while it runs. */
export async function migrateBy(pool: Pool): Promise<void> {
  const locked = await pool.connect();
  try {
    await locked.query('select pg_advisory_lock($1)', [migrationLock]);
    await runMigrations({ pgPool: pool, schema, logger: new Logger(() => () => {}) });
  } catch (cause) {
    throw new Fault('unavailable', `The tables of the jobs cannot be used: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    // Ending the connection gives back the lock, whatever has happened.
    locked.release(true);
  }
}
