import { randomInt } from 'node:crypto';
import { inject } from 'vitest';
import { openDatabase, sql, type Database } from '../../src/database/index.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly url: string;
  /** Every statement since the last call. */
  takeStatements(): string[];
}

/** A database of its own, migrated and empty; it is dropped at disposal. */
export async function testDatabase(): Promise<TestDatabase> {
  const clusterUrl = inject('clusterUrl');
  const name = `test_${process.pid}_${Date.now().toString(36)}_${randomInt(2 ** 32)}`;
  const admin = openDatabase({ url: clusterUrl, maxConnections: 1 });
  await sql.raw(`create database ${name} template muster_template`).execute(admin.connection);
  await admin.close();
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  let statements: string[] = [];
  const database = openDatabase({
    url: url.href,
    maxConnections: 8,
    onStatement: (text) => statements.push(text),
  });
  return {
    database,
    url: url.href,
    takeStatements() {
      const taken = statements;
      statements = [];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      const dropper = openDatabase({ url: clusterUrl, maxConnections: 1 });
      await sql.raw(`drop database ${name} with (force)`).execute(dropper.connection);
      await dropper.close();
    },
  };
}
