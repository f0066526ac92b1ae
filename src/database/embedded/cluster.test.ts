import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbeddedCluster, joinEmbeddedCluster, startEmbeddedCluster } from './index.ts';
import { parsePostmasterPid } from './leftover.ts';

const isRoot = process.getuid?.() === 0;
const settings = { fsync: 'off' };
let top = '';
let lines: string[] = [];
let clusters: EmbeddedCluster[] = [];
let children: ChildProcess[] = [];

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'muster-cluster-')));
  // Root's unprivileged server user can enter it, so that the cluster lies in it.
  await chmod(top, 0o755);
  lines = [];
  clusters = [];
  children = [];
});

afterEach(async () => {
  for (const cluster of clusters) await cluster.stop();
  for (const child of children) child.kill('SIGKILL');
  // Where a test failed halfway, a killed owner's server may be left.
  const left = await serverPid(join(top, 'postgresql')).catch(() => undefined);
  if (left !== undefined) process.kill(left, 'SIGQUIT');
  await rm(top, { recursive: true, maxRetries: 5 });
});

async function start(folder: string, more: Readonly<Record<string, string>> = {}): Promise<EmbeddedCluster> {
  const cluster = await startEmbeddedCluster({
    folder,
    log: (line) => lines.push(line),
    settings: { ...settings, ...more },
    systemFolder: join(top, 'system'),
  });
  clusters.push(cluster);
  return cluster;
}

async function query(cluster: EmbeddedCluster, sql: string): Promise<unknown[]> {
  const client = new Client(cluster.url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Starts a cluster in a Node process of its own and returns when its log or `ready` says what is waited for. */
async function startInOtherProcess(folder: string, awaited: RegExp): Promise<ChildProcess> {
  const script = `
    import { startEmbeddedCluster } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
    const [folder, systemFolder] = process.argv.slice(1);
    await startEmbeddedCluster({ folder, systemFolder, log: console.log, settings: { fsync: 'off' } });
    console.log('ready');`;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', script, '--', folder, join(top, 'system')],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (awaited.test(line)) return child;
  throw new Error(`The process ended before it said ${awaited.source}`);
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function serverPid(folder: string): Promise<number | undefined> {
  return parsePostmasterPid(await readFile(join(folder, 'cluster/postmaster.pid'), 'utf8'));
}

test('a new cluster has checksums, UTF-8, a database of its own, private files and the given settings', async () => {
  const folder = join(top, "data ü'x", 'postgresql');
  const cluster = await start(folder, { work_mem: '7MB' });
  const [facts] = await query(
    cluster,
    `select current_user as role, current_database() as database, pg_encoding_to_char(encoding) as encoding,
            lower('ÄÖ') as lower, 'a' > 'B' as "byCodePoint", current_setting('data_checksums') as checksums,
            current_setting('work_mem') as "workMem", current_setting('listen_addresses') as addresses,
            (select rolsuper from pg_roles where rolname = current_user) as superuser
     from pg_database where datname = current_database()`,
  );
  expect(facts).toEqual({
    role: 'muster',
    database: 'muster',
    encoding: 'UTF8',
    lower: 'äö',
    byCodePoint: true,
    checksums: 'on',
    workMem: '7MB',
    addresses: '',
    superuser: false,
  });
  const modes = await Promise.all(
    ['cluster', 'socket', 'postgresql.log', 'owner.lock'].map(async (name) => {
      return ((await stat(join(folder, name))).mode & 0o777).toString(8);
    }),
  );
  expect(modes).toEqual(['700', '700', '600', '600']);
  // The lock writes no journal: it must hold on a full disk too.
  expect(await readdir(folder)).not.toContain('owner.lock-journal');
});

test('data stays over a restart, and a stopped server leaves nothing running', async () => {
  const folder = join(top, 'postgresql');
  const first = await start(folder);
  await query(first, 'create table kept as select 42 as answer');
  await first.stop();
  await first.stop();
  expect(await readdir(join(folder, 'cluster'))).not.toContain('postmaster.pid');

  const second = await start(folder);
  expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  expect(lines.filter((line) => line.startsWith('Making'))).toHaveLength(1);
  expect(await readdir(folder)).toContain('postgresql.log.1');
});

test('a deep folder gets a socket with a short path, the same after a restart', async () => {
  const folder = join(top, 'deep'.repeat(30), 'postgresql');
  const first = await start(folder);
  const far = await readlink(join(folder, 'socket'));
  try {
    expect(await query(first, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await stat(far)).mode & 0o777).toBe(0o700);
    await first.stop();
    expect((await start(folder)).url).toBe(first.url);
  } finally {
    for (const cluster of clusters) await cluster.stop();
    await rm(far, { recursive: true });
  }
});

test('a second owner is refused, in this process and in another, and the first goes on', async () => {
  const folder = join(top, 'postgresql');
  const refusal = {
    code: 'inUse',
    message: expect.stringContaining('Another Muster process') as string,
  };
  const other = await startInOtherProcess(folder, /^ready$/);
  const pid = await serverPid(folder);
  await expect(start(folder)).rejects.toMatchObject(refusal);
  expect(await serverPid(folder)).toBe(pid);
  await kill(other);

  const cluster = await start(folder);
  await expect(start(folder)).rejects.toMatchObject(refusal);
  // A refused attempt must not have let go of the first one's lock.
  await expect(startInOtherProcess(folder, /^ready$/)).rejects.toThrow('ended before');
  expect(await query(cluster, 'select 1 as one')).toEqual([{ one: 1 }]);

  const joined = await joinEmbeddedCluster({ folder, log: () => {} });
  expect(await query(joined, 'select 2 as two')).toEqual([{ two: 2 }]);
  await joined.stop();
  expect(await query(cluster, 'select 1 as one')).toEqual([{ one: 1 }]);
}, 40_000);

test('after kill -9 the next start stops the server that was left and keeps its data', async () => {
  const folder = join(top, 'postgresql');
  const setUp = await start(folder);
  await query(setUp, 'create table kept as select 42 as answer');
  await setUp.stop();

  const child = await startInOtherProcess(folder, /^ready$/);
  const left = await serverPid(folder);
  await kill(child);
  const cluster = await start(folder);
  expect(lines).toContain(`Stopping the PostgreSQL that an earlier Muster left running (process ${left}).`);
  expect(await serverPid(folder)).not.toBe(left);
  expect(await query(cluster, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a cluster that was killed while it was made is made again', async () => {
  const folder = join(top, 'postgresql');
  const child = await startInOtherProcess(folder, /^Making/);
  await kill(child);
  expect(await readdir(folder)).not.toContain('cluster');

  const cluster = await start(folder);
  expect(await query(cluster, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect((await readdir(folder)).filter((name) => name.includes('unfinished'))).toEqual([]);
});

test('a server that dies is reported, and the next start recovers, even if another process got its number', async () => {
  const folder = join(top, 'postgresql');
  const first = await start(folder);
  await query(first, 'create table kept as select 42 as answer');
  process.kill((await serverPid(folder)) ?? 0, 'SIGKILL');
  expect(await first.died).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('ended with SIGKILL') as string,
  });

  const { uid, gid } = await stat(join(folder, 'cluster'));
  const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
  children.push(stranger);
  const pidFile = join(folder, 'cluster/postmaster.pid');
  await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(stranger.pid)));

  const second = await start(folder);
  expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test('a server that does not start is a fault with its last lines, and lets go of the folder', async () => {
  const folder = join(top, 'postgresql');
  await expect(start(folder, { shared_buffers: 'lots' })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /code 1.*postgresql\.log.*\n.*invalid value for parameter "shared_buffers"/s,
    ) as string,
  });
  const cluster = await start(folder);
  expect(await query(cluster, 'select 1 as one')).toEqual([{ one: 1 }]);
  await cluster.stop();

  // The same cluster, as if another major version had made it.
  const version = join(folder, 'cluster/PG_VERSION');
  await writeFile(version, '15\n');
  await expect(start(folder)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /made by PostgreSQL 15, and this Muster brings PostgreSQL 18.*pg_dump/,
    ) as string,
  });
  await rm(version);
  await expect(start(folder)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('no file PG_VERSION') as string,
  });
  expect(await readdir(join(folder, 'cluster'))).toContain('base');
});

test('a folder that cannot be is a fault', async () => {
  await writeFile(join(top, 'file'), '');
  await expect(start(join(top, 'file', 'postgresql'))).rejects.toMatchObject({ code: 'unavailable' });

  await symlink(join(top, 'lost disk'), join(top, 'link'));
  await expect(start(join(top, 'link'))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('which is not there') as string,
  });
});

test('a folder that may not be written is a fault', async (context) => {
  context.skip(isRoot, 'root may write everywhere');
  await mkdir(join(top, 'closed'), { mode: 0o500 });
  await expect(start(join(top, 'closed', 'postgresql'))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/EACCES.*access/) as string,
  });
});

test("where root's server user cannot enter, the cluster lies in the system folder behind a link", async (context) => {
  context.skip(!isRoot, 'only root starts the server as another user');
  const data = join(top, 'private');
  const folder = join(data, 'postgresql');
  await mkdir(data, { mode: 0o700 });
  const first = await start(folder);
  const real = await readlink(folder);
  expect(real.startsWith(join(top, 'system/'))).toBe(true);
  expect(lines.filter((line) => line.includes(`the database lies in ${real}`))).toHaveLength(1);
  expect((await stat(join(real, 'cluster'))).uid).not.toBe(0);
  await query(first, 'create table kept as select 42 as answer');
  await first.stop();

  const second = await start(folder);
  expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await second.stop();

  // The data folder begins anew at the same path: it must not get the old data, nor may that be lost.
  await rm(folder);
  const fresh = await start(folder);
  expect(await query(fresh, "select to_regclass('kept') as kept")).toEqual([{ kept: null }]);
  expect(await readlink(folder)).toBe(`${real}-2`);
  expect((await lstat(join(real, 'cluster/PG_VERSION'))).isFile()).toBe(true);
});
