import { Kysely, PostgresDialect, sql, type ColumnType } from 'kysely';
import pg from 'pg';

export type Pool = pg.Pool;

/** Something statements can be run on: the pool or one transaction. */
export interface Reader {
  readonly connection: Kysely<unknown>;
}

/** One open transaction. What must be written together takes this, so that it cannot be called without one. */
export interface Transaction extends Reader {
  readonly inTransaction: true;
}

export interface Database extends Reader {
  /** Resolves when the database answers; throws a `Fault` of code `unavailable` when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections?: number;
  /** Called with each statement's text; tests count with it. */
  readonly onStatement?: (text: string) => void;
}

/** A `jsonb` column: read as a value, written as `JSON.stringify(value)`, because the driver would write an array as a SQL array. */
export type JsonColumn<Value> = ColumnType<Value, string, string>;

const int8 = 20;

export function openDatabase({ url, maxConnections = 16, onStatement }: DatabaseOptions): Database {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8, Number);
  const pool = openPool({ url, maxConnections, applicationName: 'muster', types });
  const connection = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool }),
    ...(onStatement && { log: (event) => onStatement(event.query.sql) }),
  });
  return {
    connection,
    async ping() {
      await sql`select 1`.execute(connection);
    },
    close: () => connection.destroy(),
  };
}

interface PoolOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly types?: pg.CustomTypesConfig;
}

/** Bare connections, for a library that brings its own statements; everything else uses `openDatabase`. */
export function openPool({ url, maxConnections, applicationName, types }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    application_name: applicationName,
    ...(types && { types }),
  });
  // A connection that breaks, idle or not, is told to whoever uses it next; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The tables of one domain, typed. Each domain has its own map, so a statement cannot name another domain's table. */
export function tables<Tables>(reader: Reader): Kysely<Tables> {
  return reader.connection as unknown as Kysely<Tables>;
}
