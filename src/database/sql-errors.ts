import pg from 'pg';
import { Fault } from '../kernel/fault.ts';

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

/** Deletes something. Faults: `inUse` while something refers to it, with the message, which may depend on the foreign key. */
export async function refuseInUse(
  message: string | ((foreignKey: string) => string),
  deletion: () => Promise<unknown>,
): Promise<void> {
  try {
    await deletion();
  } catch (error) {
    const constraint = brokenForeignKey(error);
    if (constraint === undefined) throw error;
    throw new Fault('inUse', typeof message === 'string' ? message : message(constraint));
  }
}

/** Whether PostgreSQL gave this transaction up in favour of another one, so that it may succeed when it is run again. */
export function lostToAnother(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
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
      /Connection terminated|is not queryable|timeout (expired|exceeded when trying to connect)/.test(
        error.message,
      ));
  return lost
    ? new Fault('unavailable', 'The database does not answer. Try again shortly.', { cause: error })
    : undefined;
}
