import { randomBytes, randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeCommit, migrations } from '../app.ts';
import type { Config } from '../config.ts';
import { joinEmbeddedCluster, startEmbeddedCluster } from '../database/embedded/index.ts';
import { migrate, openDatabase, type Database } from '../database/index.ts';
import { migrateJobs } from '../jobs/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { Fault } from '../kernel/fault.ts';
import { idSource } from '../kernel/id.ts';
import { Secret } from '../kernel/secret.ts';
import { checkSecretKey, secretBox, type ChangeServices } from '../tenancy/index.ts';
import { secretKey } from './secret-key.ts';

export interface OpenServices extends ChangeServices, AsyncDisposable {
  /** What opens further connections to the database. */
  readonly databaseUrl: Secret;
  readonly database: Database;
  /** The migrations that were applied now. */
  readonly migrated: readonly string[];
  /** Settles only if the embedded database ends by itself. */
  readonly databaseDied: Promise<Fault>;
}

/**
 * Opens what every command needs: the database, migrated, and the secrets. Dispose it at the end. The embedded database is started;
 * with `beside` set, the one of a running server is used. Where there is none it is made, and `log` says so: on stderr, unless the caller says
 * otherwise.
 */
export async function openServices(
  config: Config,
  { log = printBeside, beside = true }: { log?: (line: string) => void; beside?: boolean } = {},
): Promise<OpenServices> {
  await mkdir(config.dataDir, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new Fault('unavailable', `The data folder ${config.dataDir} cannot be made: ${cause.message}.`, {
      cause,
    });
  });
  const cluster =
    config.databaseUrl === undefined
      ? await (beside ? joinEmbeddedCluster : startEmbeddedCluster)({
          folder: join(config.dataDir, 'postgresql'),
          log,
        })
      : undefined;
  let database: Database | undefined;
  try {
    const databaseUrl = cluster ? new Secret(cluster.url) : config.databaseUrl!;
    database = openDatabase({ url: databaseUrl.reveal() });
    await waitForDatabase(database);
    const migrated = await migrate(database, migrations);
    await migrateJobs(databaseUrl.reveal());
    const secrets = secretBox(await secretKey(config.dataDir, config.secretKey), randomBytes);
    await checkSecretKey(database, secrets);
    const opened = database;
    return {
      database,
      databaseUrl,
      clock: systemClock,
      newId: idSource(systemClock, () => randomInt(2 ** 48 - 1)),
      secrets,
      beforeCommit,
      migrated,
      databaseDied: cluster?.died ?? new Promise(() => {}),
      async [Symbol.asyncDispose]() {
        await opened.close();
        await cluster?.stop();
      },
    };
  } catch (error) {
    await database?.close();
    await cluster?.stop();
    throw error;
  }
}

function printBeside(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function waitForDatabase(database: Database): Promise<void> {
  try {
    await database.ping();
  } catch (cause) {
    throw new Fault('unavailable', `The database does not let Muster in: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
