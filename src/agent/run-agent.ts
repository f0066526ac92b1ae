import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter } from './back-off.ts';
import { round, type AgentTools, type Memory } from './round.ts';

export interface AgentLife extends AgentTools {
  readonly random: () => number;
  /** End after one round. */
  readonly once: boolean;
}

/**
 * Works until `signal` says to stop, or for one round. The answer is whether the last round was done. A server that is away or refuses is asked
 * again after a pause, which grows.
 */
export async function runAgent(life: AgentLife, signal: AbortSignal): Promise<boolean> {
  const { once, random, log } = life;
  let memory: Memory = { toldAt: {} };
  let failures = 0;
  while (!signal.aborted) {
    let seconds: number;
    try {
      memory = await round(life, memory, signal);
      if (once) return !signal.aborted;
      failures = 0;
      seconds = memory.duties!.checkInterval;
    } catch (error) {
      if (signal.aborted) break;
      log((error as Error).message);
      if (once) return false;
      failures += 1;
      seconds = pauseAfter(failures, random);
    }
    await pause(seconds * 1_000, undefined, { signal }).catch(() => {});
  }
  return failures === 0;
}
