import { chmod, realpath, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { Fault } from '../../kernel/fault.ts';
import { faultOfErrno } from './errno.ts';
import { stopLeftover } from './leftover.ts';
import { ensureCluster } from './new-cluster.ts';
import { takeOwnership } from './ownership.ts';
import { type Place, placeCluster } from './placement.ts';
import { findProgram, placeProgram } from './program.ts';
import { type Server, startServer } from './server.ts';
import { accessRules, port, serverArguments, socketUrl, userMap } from './settings.ts';
import { makeSocketFolder } from './socket-folder.ts';

export interface EmbeddedClusterOptions {
  /** Made if it is not there, for example `<data dir>/postgresql`. */
  readonly folder: string;
  /** Gets what an operator should know: what is made where, and the server's warnings. */
  readonly log: (line: string) => void;
  /** More settings of postgresql.conf, for example `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where root puts what the server's unprivileged user cannot reach otherwise. `/var/lib/muster` if not given. */
  readonly systemFolder?: string;
}

/** A PostgreSQL server that belongs to this process. */
export interface EmbeddedCluster {
  /** Connects to the database `muster` as its owner `muster`, through a Unix socket. Only this process's user can use it. */
  readonly url: string;
  /** Settles only if the server ends though nobody called `stop`; the fault says why. */
  readonly died: Promise<Fault>;
  /** Stops the server and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server in the folder and waits until it takes connections. The first start makes the cluster. What a
 * killed predecessor left behind, half-made files or a running server, is cleared away first.
 *
 * Throws a `Fault` that says what to do: another Muster uses the folder (code `inUse`), the cluster is of another major version, the
 * folder cannot be used, no PostgreSQL for this machine.
 */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const folder = resolve(options.folder);
  try {
    return await start({ ...options, folder });
  } catch (error) {
    throw faultOfErrno(error, folder);
  }
}

/**
 * Like `startEmbeddedCluster`, but where another Muster process runs the server already, uses that one: for commands beside a
 * running server. `stop` then leaves it running.
 */
export async function joinEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  try {
    return await startEmbeddedCluster(options);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'inUse') throw error;
    const socketFolder = await realpath(join(options.folder, 'socket'));
    return { url: socketUrl(socketFolder, 'muster'), died: new Promise(() => {}), stop: async () => {} };
  }
}

async function start(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const { folder, log, settings = {}, systemFolder = '/var/lib/muster' } = options;
  const installed = await findProgram(process.platform, process.arch);
  const place = await placeCluster({ folder, systemFolder, log });
  const release = takeOwnership(place.folder);
  try {
    const program = await placeProgram({ installed, place, systemFolder, log });
    const cluster = await ensureCluster({ program, place, durable: settings['fsync'] !== 'off', log });
    await stopLeftover(cluster, log);
    const socketFolder = await makeSocketFolder(place);
    const args = serverArguments({ cluster, socketFolder, ...(await writeAccessFiles(place)), settings });
    const logFile = join(place.folder, 'postgresql.log');
    const server = await startServer({ program, place, args, logFile, log, ended: release });
    await provide(server, socketFolder);
    return { url: socketUrl(socketFolder, 'muster'), died: server.died, stop: () => server.stop() };
  } catch (error) {
    release();
    throw error;
  }
}

/** Outside the cluster, and written at each start, because they name the user of this process. */
async function writeAccessFiles({
  folder,
  self,
}: Place): Promise<{ accessFile: string; userMapFile: string }> {
  const accessFile = join(folder, 'pg_hba.conf');
  const userMapFile = join(folder, 'pg_ident.conf');
  for (const [path, text] of [
    [accessFile, accessRules],
    [userMapFile, userMap(self)],
  ] as const) {
    // Replaced, not rewritten: it may belong to root from an earlier start.
    await rm(path, { force: true });
    await writeFile(path, text, { flag: 'wx' });
    await chmod(path, 0o644);
  }
  return { accessFile, userMapFile };
}

/**
 * Makes the role and the database `muster` if they are not there. Muster is no superuser, as in an external PostgreSQL: it
 * cannot read the server's files, and row-level security holds for it.
 */
async function provide(server: Server, socketFolder: string): Promise<void> {
  const client = new Client({ host: socketFolder, port, user: 'postgres', database: 'postgres', ssl: false });
  // The query that was under way rejects with the same error.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = 'muster') as role,
              exists (select from pg_database where datname = 'muster') as database`,
    );
    if (!rows[0]?.role) await client.query('create role muster login createdb');
    if (!rows[0]?.database) await client.query('create database muster owner muster');
    await client.end();
  } catch (error) {
    await server.stop();
    throw new Fault(
      'unavailable',
      `The embedded PostgreSQL started but could not make the database muster: ${String(error)}`,
      { cause: error },
    );
  }
}
