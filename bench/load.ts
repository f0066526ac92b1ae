import autocannon from 'autocannon';

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly method?: 'GET' | 'PUT' | 'PATCH';
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Loads one URL for a bounded time. An answer that is no success fails the benchmark: only right answers are measured. */
export async function load(target: Target, connections: number, seconds: number): Promise<Measured> {
  const result = await autocannon({
    url: target.url,
    method: target.method ?? 'GET',
    connections,
    duration: seconds,
    ...(target.headers && { headers: target.headers }),
    ...(target.body !== undefined && { body: target.body }),
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${target.name}: ${result.non2xx} answers were no success, ${result.errors} failed`);
  }
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
