import { openDatabase, sql } from '../src/database/index.ts';

/** What a cluster must be started with, so that statements can be counted. */
export const countingSettings = { shared_preload_libraries: 'pg_stat_statements' };

/** Counts the statements that PostgreSQL runs; only while it is asked to, since counting takes time from what is measured. */
export interface StatementCounter extends AsyncDisposable {
  during(work: () => Promise<void>): Promise<number>;
}

export async function statementCounter(databaseUrl: string): Promise<StatementCounter> {
  const database = openDatabase({ url: asAdministrator(databaseUrl) });
  const run = (statement: ReturnType<typeof sql>) => statement.execute(database.connection);
  const track = async (which: 'top' | 'none') => {
    await run(sql`alter system set pg_stat_statements.track = ${sql.lit(which)}`);
    await run(sql`select pg_reload_conf()`);
  };
  await run(sql`create extension if not exists pg_stat_statements`);
  await track('none');
  return {
    async during(work) {
      await track('top');
      await run(sql`select pg_stat_statements_reset()`);
      await work();
      const { rows } = await sql<{ calls: number }>`
        select coalesce(sum(calls), 0)::int as calls from pg_stat_statements
        join pg_roles on pg_roles.oid = userid where rolname = 'muster'`.execute(database.connection);
      await track('none');
      return rows[0]!.calls;
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** What PostgreSQL does by itself within a minute: without statistics it plans as if the tables were nearly empty. */
export async function gatherStatistics(databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: asAdministrator(databaseUrl) });
  await sql`analyze`.execute(database.connection);
  await database.close();
}

/** Muster's own role may neither count nor change settings. */
function asAdministrator(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = 'postgres';
  return url.href;
}
