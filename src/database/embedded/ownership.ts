import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../kernel/fault.ts';

/** The low byte of SQLite's result codes: https://sqlite.org/rescode.html */
const sqliteBusy = 5;

/**
 * Makes this process the only one that may start and stop PostgreSQL in the folder, until the returned function is called
 * or the process ends, however it ends.
 *
 * It is a lock of the kernel's, not a file with a process id: such a file stays behind after kill -9, and its number may by
 * then belong to someone else (in a container it is nearly always the same small number). Node has no call for file locks;
 * SQLite, which Node brings, takes one for each exclusive transaction, also against another thread of this process.
 */
export function takeOwnership(folder: string): () => void {
  const path = join(folder, 'owner.lock');
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    // Without a journal file nothing is written: a full disk does not matter here, and kill -9 leaves nothing to roll back.
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    // Others must not be able to lock us out.
    chmodSync(path, 0o600);
  } catch (cause) {
    if (file?.isOpen) file.close();
    throw faultOfSqlite(cause, folder);
  }
  const held = file;
  return () => {
    if (held.isOpen) held.close();
  };
}

function faultOfSqlite(cause: unknown, folder: string): unknown {
  if (!(cause instanceof Error) || !('errcode' in cause)) return cause;
  if ((Number(cause.errcode) & 0xff) === sqliteBusy) {
    return new Fault(
      'inUse',
      `Another Muster process is using the database in ${folder}. Stop it, or give this one a MUSTER_DATA_DIR of its own.`,
      { cause },
    );
  }
  return new Fault(
    'unavailable',
    `Cannot lock ${join(folder, 'owner.lock')} (${cause.message}). ` +
      `Give the user who starts Muster write access to ${folder} and all in it.`,
    { cause },
  );
}
