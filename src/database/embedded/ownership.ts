import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../kernel/fault.ts';

const sqliteBusy = 5;
const sqliteCannotOpen = 14;
const sqliteReadOnly = 8;

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
    file.exec('BEGIN EXCLUSIVE');
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
  const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  if (code === sqliteBusy) {
    return new Fault(
      'unavailable',
      `Another Muster process is using the database in ${folder}. Stop it, or give this one a MUSTER_DATA_DIR of its own.`,
      { cause },
    );
  }
  if (code === sqliteCannotOpen || code === sqliteReadOnly) {
    return new Fault(
      'unavailable',
      `Cannot lock ${join(folder, 'owner.lock')}. Give the user who starts Muster write access to ${folder} and all in it.`,
      { cause },
    );
  }
  return cause;
}
