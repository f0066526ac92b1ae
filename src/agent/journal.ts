import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** A result as `script-logs` takes it. */
export interface RunLog {
  readonly runId: string;
  readonly outcome: 'ended' | 'timedOut' | 'interrupted' | 'notRun';
  readonly exitCode?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly error?: string;
}

/**
 * What was begun and not yet told to the server. It is on the disk before a script begins, so that none runs twice whenever the agent or the
 * machine stops.
 */
export interface Journal {
  /** Whether the run was begun. */
  has(runId: string): boolean;
  begin(runId: string, startedAt: string): void;
  finish(log: RunLog): void;
  /** The results that the server does not have. A run that was begun and has none was interrupted. Called while nothing runs. */
  untold(): RunLog[];
  forget(runId: string): void;
}

export function openJournal(dataDir: string): Journal {
  const folder = join(dataDir, 'runs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = (runId: string) => join(folder, `${runId}.json`);
  const ids = () =>
    readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
  const write = (log: RunLog) => {
    const temporary = `${fileOf(log.runId)}.new`;
    writeSynced(temporary, JSON.stringify(log));
    renameSync(temporary, fileOf(log.runId));
    syncFolder(folder);
  };
  return {
    has: (runId) => ids().includes(runId),
    begin: (runId, startedAt) =>
      write({
        runId,
        outcome: 'interrupted',
        startedAt,
        error: 'The agent or the machine stopped while it ran.',
      }),
    finish: write,
    untold: () => ids().map((runId) => readLog(fileOf(runId), runId)),
    forget: (runId) => rmSync(fileOf(runId), { force: true }),
  };
}

/** What a full disk or a bad one left unreadable was begun at any rate. */
function readLog(path: string, runId: string): RunLog {
  try {
    return { ...(JSON.parse(readFileSync(path, 'utf8')) as RunLog), runId };
  } catch (error) {
    const why = `The agent cannot read what it noted of the run: ${(error as Error).message}`;
    return { runId, outcome: 'interrupted', error: why.slice(0, 1_000) };
  }
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** That the name is on the disk too. Windows has no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
