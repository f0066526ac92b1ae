import { sql } from 'kysely';
import { Fault } from '../kernel/fault.ts';
import type { Database } from './connection.ts';
import { transact } from './transaction.ts';

/** One step of the schema. Steps are only ever added; the name is kept in the database. */
export interface Migration {
  /** `<domain>/<number>-<subject>`, for example `tenancy/0001-organizations`. */
  readonly name: string;
  readonly sql: string;
}

/** Any number will do as long as no other lock of ours has it. */
const migrationLock = 7_283_001;

/**
 * Brings the schema up to date: applies the missing migrations in order, in one transaction and under an advisory lock, so that several
 * servers may start at once. A database with a migration that this binary does not know was made by a newer one and is refused.
 * Returns the names of what was applied.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  return transact(database, async (transaction) => {
    const run = (text: string) => sql.raw(text).execute(transaction.connection);
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction.connection);
    await run(
      'create table if not exists schema_migration (name text primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await sql<{ name: string }>`select name from schema_migration`.execute(
      transaction.connection,
    );
    const known = new Set(migrations.map((migration) => migration.name));
    const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new Fault(
        'unavailable',
        `The database was made by a newer version of Muster (it has ${unknown.join(', ')}). Start that version, or restore an older backup.`,
      );
    }
    const applied = new Set(rows.map((row) => row.name));
    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) {
      await run(migration.sql);
      await sql`insert into schema_migration (name) values (${migration.name})`.execute(
        transaction.connection,
      );
    }
    return missing.map((migration) => migration.name);
  });
}
