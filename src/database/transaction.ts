import { sql } from 'kysely';
import type { Database, Transaction } from './connection.ts';
import { lostToAnother, unavailable } from './sql-errors.ts';

/** What came of the work in a transaction, and whether what it wrote shall stay. */
export interface Enclosed<Result> {
  readonly keep: boolean;
  readonly result: Result;
}

/**
 * Runs `work` in one transaction. It is run again when PostgreSQL broke a deadlock at its cost, so it must have no effect but its
 * statements. In a transaction that is open already it is a part of this one, undone alone when it throws, and not run again.
 */
export function transact<Result>(
  database: Database | Transaction,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return enclose(database, async (transaction) => ({ keep: true, result: await work(transaction) }));
}

/**
 * Like `transact`, for work that decides itself whether what it wrote is kept. `transact` in the transaction that it is given makes parts
 * of it, which have to be run one after the other. What `endsTransaction` tells of an error must reach this function.
 */
export async function enclose<Result>(
  database: Database | Transaction,
  work: (transaction: Transaction) => Promise<Enclosed<Result>>,
): Promise<Result> {
  if ('inTransaction' in database) return inSavepoint(database, work);
  const attempts = 3;
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(database, work);
    } catch (error) {
      if (attempt < attempts && lostToAnother(error)) continue;
      throw error;
    }
  }
}

/** Whether an error ends the whole transaction in which a statement failed, so that no part of it can be saved. */
export function endsTransaction(error: unknown): boolean {
  return lostToAnother(error) || unavailable(error) !== undefined;
}

async function inTransaction<Result>(
  database: Database,
  work: (transaction: Transaction) => Promise<Enclosed<Result>>,
): Promise<Result> {
  const connection = await database.connection.startTransaction().execute();
  let done: Enclosed<Result>;
  try {
    done = await work({ connection, memory: database.memory, inTransaction: true });
    if (done.keep) await connection.commit().execute();
  } catch (error) {
    // Where the connection is lost, so is the transaction.
    await connection
      .rollback()
      .execute()
      .catch(() => {});
    throw error;
  }
  if (!done.keep) await connection.rollback().execute();
  return done.result;
}

async function inSavepoint<Result>(
  transaction: Transaction,
  work: (transaction: Transaction) => Promise<Enclosed<Result>>,
): Promise<Result> {
  const run = (statements: string) => sql.raw(statements).execute(transaction.connection);
  // One name will do: the innermost savepoint of a name is meant.
  const undo = () => run('rollback to savepoint part; release savepoint part');
  await run('savepoint part');
  let done: Enclosed<Result>;
  try {
    done = await work(transaction);
    // A commit would check deferred constraints now, and it is this part that would be refused.
    if (done.keep) {
      await run('set constraints all immediate; set constraints all deferred; release savepoint part');
    }
  } catch (error) {
    // Where that fails the transaction is lost, and its end will say so.
    await undo().catch(() => {});
    throw error;
  }
  if (!done.keep) await undo();
  return done.result;
}
