import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrganization, type Organization } from '../../src/tenancy/index.ts';
import type { Database } from '../../src/database/index.ts';
import { httpTransport, type Transport } from '../simulated-devices/transport.ts';
import { administratorOf, type Administrator } from './administrator.ts';
import { testDatabase } from './database.ts';
import { freePort, startProcess, type RunningProcess } from './process.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

/** The server as a process of its own, which can be killed at any moment. Its database and its data folder stay. */
export interface ServerProcess extends AsyncDisposable {
  readonly database: Database;
  readonly organization: Organization;
  /** Of an administrator who may do everything. */
  readonly token: string;
  /** Sends as that administrator. What the server refuses is thrown. */
  readonly send: Administrator;
  /** The way of devices to it. */
  readonly transport: Transport;
  readonly isRunning: () => boolean;
  /** Resolves when it is ready; at once where it runs already. */
  start(): Promise<void>;
  /** Without a warning. */
  kill(): Promise<void>;
}

/** Starts it; with `tls` it asks devices for their certificates. */
export async function serverProcess({ tls }: { readonly tls: boolean }): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-process-'));
  const db = await testDatabase();
  const port = await freePort();
  const token = randomUUID();
  const environment = {
    MUSTER_DATA_DIR: join(folder, 'data'),
    MUSTER_DATABASE_URL: db.url,
    MUSTER_LISTEN: `127.0.0.1:${port}`,
    ...(tls ? { MUSTER_CLIENT_CERTIFICATES: 'request' } : { MUSTER_TLS: 'off' }),
    MUSTER_SECRET_KEY: randomBytes(32).toString('base64'),
    MUSTER_BOOTSTRAP_API_TOKEN: token,
    MUSTER_APNS_URL: 'https://127.0.0.1:9',
    MUSTER_LOG_LEVEL: 'error',
  };
  let running: RunningProcess | undefined;

  async function start(): Promise<void> {
    if (running) return;
    running = startProcess(process.execPath, [main, 'serve'], { cwd: folder, environment });
    await running.until(/Muster is ready/);
  }
  async function kill(): Promise<void> {
    const killed = running;
    running = undefined;
    killed?.child.kill('SIGKILL');
    await killed?.ended;
  }

  await start();
  const authorities = tls ? await readFile(join(folder, 'data/tls/ca.pem'), 'utf8') : undefined;
  const http = httpTransport({ timeout: 20_000, ...(authorities !== undefined && { authorities }) });
  const publicUrl = `${tls ? 'https' : 'http'}://localhost:${port}`;
  const administrator = administratorOf({ publicUrl, token }, http.send);
  return {
    database: db.database,
    organization: (await findOrganization(db.database, 'default'))!,
    token,
    async send(request) {
      const answer = await administrator(request);
      if (answer.status < 300) return answer;
      throw new Error(`${request.method ?? 'GET'} ${request.url}: ${answer.status} ${answer.text}`);
    },
    transport: http.send,
    isRunning: () => running !== undefined,
    start,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      http[Symbol.dispose]();
      await db[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
