import { spawnSync, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort, startProcess, type RunningProcess } from '../support/process.ts';

/** The agent as a process of its own, against a server that was started like a user's. */

const main = join(import.meta.dirname, '../../src/main.ts');
const organization = '/v1/organizations/default/mdm';
const running = new Set<ChildProcess>();
let folder: string;
let origin: string;
let ca: string;
let apiToken: string;
let device: { id: string; native: string };
let tokenFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-agent-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  origin = `https://localhost:${port}`;
  const server = start(['serve', '--demo'], {
    MUSTER_DATA_DIR: join(folder, 'data'),
    MUSTER_LISTEN: `127.0.0.1:${port}`,
  });
  apiToken = /API token +(\S+)/.exec(await server.until(/CA certificate .*\n/))![1]!;
  ca = join(folder, 'data/tls/ca.pem');
  const { data } = await call('GET', `${organization}/windows/enterprise/devices?limit=1`);
  const { id, summary } = data.items[0];
  device = { id, native: `/api/v1/organizations/default/devices/${summary.serialNumber}` };
  // What its policies have for it is not looked at here.
  await call('PUT', `${organization}/windows/enterprise/devices/${id}`, {
    tags: [],
    mdmUserId: null,
    winPolicyId: null,
    winPolicyAssignments: [],
  });
  const credentials = await call('POST', `${device.native}/agent-credentials`, {});
  tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${credentials.token}\n`, { mode: 0o600 });
}, 180_000);

afterAll(async () => {
  const ended = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(ended);
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[], environment: Record<string, string> = {}): RunningProcess {
  const started = startProcess(process.execPath, [main, ...args], { cwd: folder, environment });
  running.add(started.child);
  void started.ended.then(() => running.delete(started.child));
  return started;
}

const agent = (...rest: string[]) =>
  start([
    'agent',
    '--server',
    origin,
    '--token-file',
    tokenFile,
    '--ca',
    ca,
    '--data-dir',
    join(folder, 'agent'),
    ...rest,
  ]);

// The answers are compared, so that a wrong guess of their shape fails.
// oxlint-disable-next-line typescript/no-explicit-any
async function call(method: string, path: string, body?: unknown): Promise<any> {
  const text = body instanceof Buffer ? body : body === undefined ? undefined : JSON.stringify(body);
  const type = body instanceof Buffer ? 'multipart/form-data; boundary=x' : 'application/json';
  const headers = {
    authorization: `Bearer ${apiToken}`,
    ...(text !== undefined && { 'content-type': type }),
  };
  const authority = await readFile(ca);
  return new Promise((resolve, reject) => {
    request(origin + path, { method, ca: authority, headers, agent: false }, (answer) => {
      let told = '';
      answer.on('data', (chunk: Buffer) => (told += chunk.toString()));
      answer.once('end', () => {
        if (answer.statusCode! >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${told}`));
        else resolve(told === '' ? undefined : JSON.parse(told));
      });
    })
      .once('error', reject)
      .end(text);
  });
}

async function upload(fileName: string, content: string): Promise<string> {
  const part = `--x\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n--x--\r\n`;
  return (await call('POST', `${organization}/assets`, Buffer.from(part))).data.id;
}

const give = (...scripts: object[]) =>
  call('PUT', `${organization}/windows/enterprise/devices/${device.id}`, { scripts });

const lastRun = async () => {
  const { items } = await call('GET', `${device.native}/script-runs?limit=1`);
  return call('GET', `${device.native}/script-runs/${items[0].id}`);
};

function isThere(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim());
}

test('a script that is given to a device runs on its machine, once, and its result is told', async () => {
  const counter = join(folder, 'counter');
  const script = await upload('count.sh', `echo x >> '${counter}'\necho "$1 has $(wc -l < '${counter}')"\n`);
  await give({ id: script, type: 'once', arguments: '"{{device.serialNumber}} $(id)"' });
  const first = await agent('--once').ended;
  expect(first).toEqual({ code: 0, output: "The script 'count.sh' ended with exit code 0.\n" });
  const serialNumber = device.native.split('/').at(-1)!;
  expect((await lastRun()).stdout).toMatch(new RegExp(`^${serialNumber} \\$\\(id\\) has +1\n$`));
  expect(await agent('--once').ended).toEqual({ code: 0, output: '' });
  await give({ id: script, type: 'once', arguments: 'again', resetDate: '2026-03-01T00:00:00Z' });
  await agent('--once').ended;
  expect(await readFile(counter, 'utf8')).toBe('x\nx\n');
  const [summary] = (
    await call('GET', `${organization}/windows/enterprise/devices/${device.id}/script-logs/summary`)
  ).data;
  expect(summary).toMatchObject({ mdmAsset: { id: script }, status: { success: 2, error: 0 } });
  const [credentials] = (await call('GET', `${device.native}/agent-credentials`)).items;
  expect(credentials.version).toBe('muster-agent/0.1.0');
}, 180_000);

test('an agent that is killed while a script runs does not run it again', async () => {
  const marker = join(folder, 'marker');
  await writeFile(marker, '');
  const script = await upload('long.sh', `echo $$ >> '${marker}'\nsleep 1000\n`);
  await give({ id: script, type: 'once' });
  const pids = async () => (await readFile(marker, 'utf8')).trim().split('\n').map(Number);
  const killed = agent();
  await vi.waitFor(async () => expect((await pids())[0]).toBeGreaterThan(0), { timeout: 90_000 });
  killed.child.kill('SIGKILL');
  await killed.ended;
  // Nobody is left who could end it.
  const [pid] = await pids();
  process.kill(-pid!, 'SIGKILL');
  expect((await agent('--once').ended).code).toBe(0);
  expect(await lastRun()).toMatchObject({
    outcome: 'interrupted',
    error: 'The agent or the machine stopped while it ran.',
  });
  expect(await pids()).toEqual([pid]);
}, 180_000);

test('an agent that is told to stop ends its script, and tells so when it comes back', async () => {
  const marker = join(folder, 'stopping');
  await writeFile(marker, '');
  const script = await upload('stopping.sh', `echo $$ > '${marker}'\nsleep 1000\n`);
  await give({ id: script, type: 'once' });
  const stopped = agent();
  const pid = await vi.waitFor(
    async () => {
      const found = Number(await readFile(marker, 'utf8'));
      expect(found).toBeGreaterThan(0);
      return found;
    },
    { timeout: 90_000 },
  );
  const second = await agent('--once').ended;
  expect(second).toMatchObject({ code: 1, output: expect.stringMatching(/^The agent of process \d+ uses /) });
  stopped.child.kill('SIGTERM');
  const { code, output } = await stopped.ended;
  expect(code).toBe(0);
  expect(output).toContain('Stopping (SIGTERM).');
  await vi.waitFor(() => expect(isThere(pid)).toBe(false));
  await agent('--once').ended;
  expect(await lastRun()).toMatchObject({
    outcome: 'interrupted',
    error: 'The agent was told to stop while it ran.',
  });
}, 180_000);

test('what is wrong is said', async () => {
  const without = start([
    'agent',
    '--server',
    origin,
    '--token-file',
    tokenFile,
    '--data-dir',
    join(folder, 'x'),
    '--once',
  ]);
  expect(await without.ended).toMatchObject({
    code: 1,
    output: expect.stringContaining('give its PEM file by --ca'),
  });
  const plain = await start(['agent', '--server', 'http://mdm.example.com', '--token', 'mga_12345678']).ended;
  expect(plain).toMatchObject({ code: 1, output: expect.stringContaining('must be an https origin') });
  const noToken = await start(['agent', '--server', origin, '--once']).ended;
  expect(noToken).toMatchObject({ code: 1, output: expect.stringContaining('--token-file') });
  const { items } = await call('GET', `${device.native}/agent-credentials`);
  await call('DELETE', `${device.native}/agent-credentials/${items[0].id}`);
  const revoked = await agent('--once').ended;
  expect(revoked).toMatchObject({
    code: 1,
    output: expect.stringMatching(
      /^\/agent-config was answered with 401: The agent's token is unknown or was revoked/,
    ),
  });
}, 180_000);
