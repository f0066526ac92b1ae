import { Kysely, PostgresDialect, sql, type ColumnType } from 'kysely';
import pg from 'pg';
import { Fault } from '../kernel/fault.ts';

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

const retriedStates = new Set(['40001', '40P01']);
const attempts = 3;

/**
 * Runs `work` in one transaction. It is run again when PostgreSQL broke a deadlock at its cost, so it must have no effect but its
 * statements.
 */
export async function transact<Result>(
  database: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.connection
        .transaction()
        .execute((connection) => work({ connection, inTransaction: true }));
    } catch (error) {
      if (attempt < attempts && retriedStates.has(sqlState(error) ?? '')) continue;
      throw error;
    }
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** The name of the constraint that a statement broke by a duplicate (SQLSTATE 23505), if that is what happened. */
export function brokenUniqueConstraint(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === '23505' ? error.constraint : undefined;
}

/** The name of the foreign key that a statement broke (SQLSTATE 23503), if that is what happened. */
export function brokenForeignKey(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === '23503' ? error.constraint : undefined;
}

const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

/** A `Fault` of code `unavailable` when the error means that the database cannot be reached now; else nothing. */
export function unavailable(error: unknown): Fault | undefined {
  const state = sqlState(error);
  const code = (error as { code?: unknown } | null)?.code;
  const lost =
    state?.startsWith('08') === true ||
    state?.startsWith('57P') === true ||
    state === '53300' ||
    (typeof code === 'string' && connectionCodes.has(code)) ||
    (error instanceof Error &&
      /Connection terminated|timeout exceeded when trying to connect/.test(error.message));
  return lost
    ? new Fault('unavailable', 'The database does not answer. Try again shortly.', { cause: error })
    : undefined;
}
