import autocannon from 'autocannon';

export interface Target {
  readonly name: string;
  readonly url: string;
  /** In place of the URL's own: each connection asks for these in turn, each from another place in the list on. */
  readonly paths?: readonly string[];
  readonly method?: 'GET' | 'PUT' | 'PATCH';
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Loads a target for some seconds, or with some requests. An answer that is no success fails the benchmark: only right answers are measured. */
export async function load(
  target: Target,
  connections: number,
  until: number | { readonly requests: number },
): Promise<Measured> {
  const { paths } = target;
  let clients = 0;
  const result = await autocannon({
    url: target.url,
    method: target.method ?? 'GET',
    connections,
    ...(typeof until === 'number' ? { duration: until } : { amount: until.requests }),
    ...(target.headers && { headers: target.headers }),
    ...(target.body !== undefined && { body: target.body }),
    ...(paths && {
      setupClient(client: autocannon.Client) {
        const start = Math.floor((paths.length * clients++) / connections);
        client.setRequests([...paths.slice(start), ...paths.slice(0, start)].map((path) => ({ path })));
      },
    }),
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${target.name}: ${result.non2xx} answers were no success, ${result.errors} failed`);
  }
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
