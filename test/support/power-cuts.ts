import { setTimeout } from 'node:timers/promises';
import type { Transport } from '../simulated-devices/transport.ts';
import { ConnectionLost } from './lossy-transport.ts';
import { printedRandomNumbers } from './random-numbers.ts';
import type { ServerProcess } from './server-process.ts';

/**
 * When the power goes: before a request is there, some milliseconds after it was sent, when it was answered and the answer is lost on its way, or
 * when the answer is on the device.
 */
type Cut = { readonly request: number } & (
  | { readonly when: 'before' | 'answered' | 'after' }
  | { readonly when: 'during'; readonly milliseconds: number }
);

const moments = ['before', 'during', 'answered', 'after'] as const;

/** Cuts the power of the server while devices talk to it. */
export interface PowerCuts {
  /** Whole numbers below the one that is given, of the seed that is printed. */
  readonly random: (below: number) => number;
  /** The way of devices to the server, on which it dies. Throws `ConnectionLost`. */
  readonly transport: Transport;
  /**
   * Does something as often as it takes, with so many power cuts, each at one of the first requests after the former one. In the end the
   * server runs.
   */
  readonly through: <Result>(
    work: () => Promise<Result>,
    times: number,
    firstRequests?: number,
  ) => Promise<Result>;
  /** How often the server was killed. */
  readonly count: () => number;
}

export function powerCuts(server: ServerProcess): PowerCuts {
  const random = printedRandomNumbers('power cuts');
  const cuts: Cut[] = [];
  let requests = 0;
  let killed = 0;

  async function cut(): Promise<void> {
    cuts.shift();
    requests = 0;
    killed++;
    await server.kill();
  }
  return {
    random,
    async transport(request) {
      const planned = cuts[0]?.request === requests++ ? cuts[0] : undefined;
      if (planned?.when === 'before') await cut();
      const answer = server.transport(request).catch((cause: unknown) => {
        throw new ConnectionLost('the server is not there', { cause });
      });
      // While nobody waits for it, it can be lost.
      answer.catch(() => {});
      if (planned?.when === 'during') {
        await setTimeout(planned.milliseconds);
        await cut();
      }
      const got = await answer;
      if (planned?.when === 'answered' || planned?.when === 'after') await cut();
      if (planned?.when === 'answered') throw new ConnectionLost('the answer got lost');
      return got;
    },
    async through(work, times, firstRequests = 2) {
      requests = 0;
      for (let index = 0; index < times; index++) {
        const when = moments[random(moments.length)]!;
        const request = random(firstRequests);
        cuts.push(when === 'during' ? { request, when, milliseconds: random(30) } : { request, when });
      }
      for (let attempts = 0; ; attempts++) {
        await server.start();
        try {
          const result = await work();
          if (server.isRunning()) {
            cuts.length = 0;
            return result;
          }
        } catch (error) {
          // A connection that was kept from before the cut fails once too.
          if (!(error instanceof ConnectionLost) || attempts > 8) throw error;
        }
      }
    },
    count: () => killed,
  };
}
