import { Kysely, PostgresDialect, sql, type ColumnType, type PostgresPool } from 'kysely';
import pg from 'pg';
import { newMemory, type Memory } from './kept.ts';
import { sharedConnections } from './shared-connections.ts';

export type Pool = pg.Pool;

/** Something statements can be run on: the pool or one transaction. */
export interface Reader {
  readonly connection: Kysely<unknown>;
  /** What this process keeps of the database's content: see `kept`. */
  readonly memory: Memory;
}

/** One open transaction. What must be written together takes this, so that it cannot be called without one. */
export interface Transaction extends Reader {
  readonly inTransaction: true;
}

export interface Database extends Reader {
  /**
   * For the few statements that run all the time: they are prepared once per connection, and their plan does not depend on their values. Those
   * of one turn of the event loop go to PostgreSQL together. Each text that is run here is kept, so it must not vary. Transactions do not see
   * what runs here.
   */
  readonly prepared: Reader;
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
const textArray = 1009;
const uuidArray = 2951;

export function openDatabase({ url, maxConnections = 16, onStatement }: DatabaseOptions): Database {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8, Number);
  for (const type of [textArray, uuidArray]) {
    types.setTypeParser(type, arrayReader(pg.types.getTypeParser(type)));
  }
  const run = (pool: PostgresPool) =>
    new Kysely<unknown>({
      dialect: new PostgresDialect({ pool }),
      ...(onStatement && { log: (event) => onStatement(event.query.sql) }),
    });
  const options = { url, applicationName: 'muster', types };
  const connection = run(openPool({ ...options, maxConnections }));
  const prepared = run(
    sharedConnections(
      { ...connectionConfig(options), options: optionsOf(preparedSettings) },
      preparedConnections,
    ),
  );
  const memory = newMemory();
  return {
    connection,
    memory,
    prepared: { connection: prepared, memory },
    async ping() {
      await sql`select 1`.execute(connection);
    },
    async close() {
      await Promise.all([connection.destroy(), prepared.destroy()]);
    },
  };
}

/** The driver reads an array character by character. Most hold nothing that has to be quoted, and are split. */
function arrayReader(readAny: (text: string) => unknown): (text: string) => unknown {
  return (text) => {
    if (text === '{}') return [];
    return /^\{[^{}"\\]+\}$/.test(text) && !text.includes('NULL')
      ? text.slice(1, -1).split(',')
      : readAny(text);
  };
}

/** Such statements are short, and most of them are gathered, so that few run at once. */
const preparedConnections = 4;

/**
 * PostgreSQL would plan anew for each number of values, which takes far longer than to run what reads by keys, and might compile it. A plan that
 * was made while a table was nearly empty must not read it whole when it has grown, so it goes by indexes. Which of them is the right one
 * PostgreSQL knows by its statistics: it plans anew once it has gathered them.
 */
const preparedSettings = {
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

function optionsOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

interface ConnectionOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly types?: pg.CustomTypesConfig;
}

/** Bare connections, for a library that brings its own statements; everything else uses `openDatabase`. */
export function openPool(options: ConnectionOptions & { readonly maxConnections: number }): pg.Pool {
  const pool = new pg.Pool({ ...connectionConfig(options), max: options.maxConnections });
  // A connection that breaks, idle or not, is told to whoever uses it next; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

function connectionConfig({ url, applicationName, types }: ConnectionOptions): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    application_name: applicationName,
    ...(types && { types }),
  };
}

/** Where a statement that runs all the time is run: see `Database.prepared`. A transaction runs it itself, so that it sees its own changes. */
export function preparing(reader: Reader): Reader {
  return isDatabase(reader) ? reader.prepared : reader;
}

function isDatabase(reader: Reader): reader is Database {
  return 'prepared' in reader;
}

/** The tables of one domain, typed. Each domain has its own map, so a statement cannot name another domain's table. */
export function tables<Tables>(reader: Reader): Kysely<Tables> {
  return reader.connection as unknown as Kysely<Tables>;
}
