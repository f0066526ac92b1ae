import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedCluster } from '../src/database/embedded/index.ts';
import { startProcess, type Started } from './processes.ts';

const token = 'bench-token-of-the-first-start';
const address = '127.0.0.1:18443';

export const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

/** A server with an embedded PostgreSQL of its own, both in a folder that is removed at the end. */
export interface Muster extends Started {
  readonly databaseUrl: string;
}

interface MusterOptions {
  /** Of `muster serve`. */
  readonly options?: readonly string[];
  /** Beside those that each benchmark has. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the PostgreSQL server. */
  readonly databaseSettings?: Readonly<Record<string, string>>;
}

export async function startMuster({
  options = [],
  environment = {},
  databaseSettings = {},
}: MusterOptions = {}): Promise<Muster> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  // As root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const cluster = await startEmbeddedCluster({
    folder: join(folder, 'postgresql'),
    log: console.log,
    settings: databaseSettings,
  });
  started.defer(() => cluster.stop());
  const muster = started.use(
    await startProcess(
      [...(await startArguments()), ...options],
      {
        MUSTER_DATA_DIR: folder,
        MUSTER_DATABASE_URL: cluster.url,
        MUSTER_LISTEN: address,
        MUSTER_TLS: 'off',
        MUSTER_PUBLIC_URL: `http://${address}`,
        MUSTER_BOOTSTRAP_API_TOKEN: token,
        MUSTER_LOG_LEVEL: 'error',
        // Nobody is there: a benchmark calls nobody outside.
        MUSTER_APNS_URL: 'https://127.0.0.1:1',
        ...environment,
      },
      /ready at (\S+)/,
    ),
  );
  const running = started.move();
  return {
    url: muster.url,
    databaseUrl: cluster.url,
    memory: () => muster.memory(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What `npm start` gives Node, its options included. */
async function startArguments(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: { start: string } };
  const [, , ...given] = scripts.start.split(' ');
  return given;
}

/** Sends a request and returns its answer. One that is no success ends the benchmark. */
// The benchmarks read a few properties of answers that the tests check in full.
// oxlint-disable-next-line typescript/no-explicit-any
export async function call(method: string, url: string, body?: unknown): Promise<any> {
  const answer = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
