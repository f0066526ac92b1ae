import { Agent, get } from 'node:http';
import autocannon from 'autocannon';

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly method?: 'GET' | 'PUT' | 'PATCH';
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Where requests differ: each connection sends some of these, one after the other, again and again. */
  readonly requests?: readonly SentRequest[];
  /** Whether nothing but an empty answer is a right one. */
  readonly answersNothing?: boolean;
}

export interface SentRequest {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface Measured {
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Loads a target for some seconds. A wrong answer fails the benchmark: only right answers are measured. */
export async function load(target: Target, connections: number, seconds: number): Promise<Measured> {
  const { requests, answersNothing } = target;
  let connection = 0;
  const result = await autocannon({
    url: target.url,
    method: target.method ?? 'GET',
    connections,
    duration: seconds,
    ...(target.headers && { headers: target.headers }),
    ...(target.body !== undefined && { body: target.body }),
    ...(requests && {
      setupClient: (client) => {
        const own = requests.filter((_, index) => index % connections === connection);
        client.setRequests(own.map(({ headers, body }) => ({ headers, body })));
        connection++;
      },
    }),
    ...(answersNothing && { verifyBody: (body) => body === '' }),
  });
  const { non2xx, errors, mismatches } = result;
  if (non2xx > 0 || errors > 0 || mismatches > 0) {
    throw new Error(
      `${target.name}: ${non2xx} answers were no success, ${mismatches} had an unexpected body, ${errors} failed`,
    );
  }
  const { requests: sent, latency } = result;
  return { count: sent.total, perSecond: sent.average, p50: latency.p50, p99: latency.p99 };
}

/**
 * Asks for each of these URLs once, over so many connections, and times each from its request to the last byte of its answer. For large
 * answers: autocannon reads them in JavaScript, which takes longer than the server does.
 */
export async function askEach(
  urls: readonly string[],
  headers: Record<string, string>,
  connections: number,
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const measured = await timeEach(urls, connections, (url) => ask(url, headers, agent));
  agent.destroy();
  return measured;
}

/** Does something once for each of these, so many at the same time, and times each. */
export async function timeEach<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<Measured> {
  const waiting = items.values();
  const took: number[] = [];
  const start = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of waiting) {
        const begun = performance.now();
        await work(item);
        took.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)]!;
  return { count: items.length, perSecond: items.length / seconds, p50: at(0.5), p99: at(0.99) };
}

function ask(url: string, headers: Record<string, string>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
      answer.resume().on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
}

/**
 * Loads each target in turn, again and again, because machines get faster and slower by the minute. The middle round of each, in the
 * order of the targets.
 */
export async function loadInRounds(
  targets: readonly Target[],
  { seconds, rounds, connections }: { seconds: number; rounds: number; connections: number },
): Promise<Measured[]> {
  const measured: Measured[][] = targets.map(() => []);
  for (const target of targets) await load(target, connections, 1);
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      measured[index]!.push(await load(target, connections, seconds));
    }
  }
  return measured.map((ofTarget) => {
    const middle = (of: keyof Measured) => median(ofTarget.map((round) => round[of]));
    return { count: middle('count'), perSecond: middle('perSecond'), p50: middle('p50'), p99: middle('p99') };
  });
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
