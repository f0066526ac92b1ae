import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../kernel/fault.ts';
import type { Clock } from '../kernel/clock.ts';

/**
 * Keeps a data folder for one agent until it is let go: two would take each other's runs for interrupted ones. What an agent of before the
 * last start of the machine left does not count. Faults: `inUse`.
 */
export function lockFolder(dataDir: string, clock: Clock): Disposable {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'agent.lock');
  const startedAt = clock().getTime() / 1_000 - uptime();
  const own = JSON.stringify({ pid: process.pid, startedAt });
  try {
    writeFileSync(path, own, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = holderOf(path, startedAt);
    if (holder !== undefined) {
      throw new Fault(
        'inUse',
        `The agent of process ${holder} uses ${dataDir}. Stop it, or choose another --data-dir.`,
      );
    }
    writeFileSync(path, own, { mode: 0o600 });
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** Clocks are set now and then. */
const tolerance = 120;

/** The running process that holds the lock; undefined when it is gone. */
function holderOf(path: string, startedAt: number): number | undefined {
  try {
    const held = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; startedAt: number };
    if (Math.abs(held.startedAt - startedAt) > tolerance || held.pid === process.pid) return undefined;
    process.kill(held.pid, 0);
    return held.pid;
  } catch (error) {
    // It is there, and of another user.
    if ((error as NodeJS.ErrnoException).code === 'EPERM')
      return Number(/"pid":(\d+)/.exec(readFileSync(path, 'utf8'))?.[1]);
    return undefined;
  }
}
