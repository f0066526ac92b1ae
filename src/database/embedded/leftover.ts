import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Fault } from '../../kernel/fault.ts';
import { endServer } from './ending.ts';
import { isErrno, unlessMissing } from './errno.ts';

/**
 * Stops the server that a killed Muster left running on the cluster, and removes the pid file that a killed server left.
 * Only for the owner of the folder (`takeOwnership`): then a running server can only be a leftover.
 */
export async function stopLeftover(cluster: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = parsePostmasterPid((await unlessMissing(readFile(pidFile, 'utf8'))) ?? '');
  if (pid !== undefined && (await serves(pid, cluster))) {
    log(`Stopping the PostgreSQL that an earlier Muster left running (process ${pid}).`);
    const ended = await endServer(
      (signal) => {
        send(pid, signal);
      },
      (milliseconds) => goneWithin(milliseconds, () => serves(pid, cluster)),
    );
    if (!ended) {
      throw new Fault(
        'unavailable',
        `PostgreSQL process ${pid} still runs on ${cluster} and cannot be stopped.`,
      );
    }
  }
  // PostgreSQL would refuse to start if another process had got the dead server's number.
  await rm(pidFile, { force: true });
}

/** The server's process id from the text of `postmaster.pid`. */
export function parsePostmasterPid(text: string): number | undefined {
  const pid = Number(/^\d+(?=\n|$)/.exec(text)?.[0]);
  return pid > 1 ? pid : undefined;
}

/** True if the process is a PostgreSQL server that works in the cluster's folder. */
async function serves(pid: number, cluster: string): Promise<boolean> {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)]);
      return stdout.includes('postgres') && stdout.includes(cluster);
    }
    const [name, work, wanted] = await Promise.all([
      readFile(`/proc/${pid}/comm`, 'utf8'),
      stat(`/proc/${pid}/cwd`),
      stat(cluster),
    ]);
    return name.trim() === 'postgres' && work.dev === wanted.dev && work.ino === wanted.ino;
  } catch {
    // The process is gone, or belongs to someone else.
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}

async function goneWithin(milliseconds: number, isThere: () => Promise<boolean>): Promise<boolean> {
  const step = 20;
  for (let waited = 0; waited <= milliseconds; waited += step) {
    if (!(await isThere())) return true;
    await pause(step);
  }
  return false;
}
