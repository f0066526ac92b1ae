import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { isErrno } from './errno.ts';

const largestFile = 10_000_000;
const keptLines = 12;

/** What the server printed: a file with one predecessor, and the last lines in memory for error messages. */
export interface ServerLog {
  add(line: string): void;
  lastLines(): string;
  close(): void;
}

/** Opens a new file of at most 10 MB at `path` and keeps the one before it as `path.1`. */
export function openServerLog(path: string, report: (line: string) => void): ServerLog {
  const last: string[] = [];
  let file: number | undefined = openFresh(path);
  let size = 0;
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    add(line) {
      last.push(line);
      if (last.length > keptLines) last.shift();
      if (file === undefined) return;
      try {
        if (size >= largestFile) {
          close();
          file = openFresh(path);
          size = 0;
        }
        size += writeSync(file, `${line}\n`);
      } catch (error) {
        close();
        report(`PostgreSQL's log cannot be written any more: ${String(error)}`);
      }
    },
    lastLines: () => last.join('\n'),
    close,
  };
}

function openFresh(path: string): number {
  try {
    renameSync(path, `${path}.1`);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  // Rows and parameters can be in it.
  return openSync(path, 'wx', 0o600);
}
