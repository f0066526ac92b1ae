import { chown, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { unlessMissing } from './errno.ts';
import type { Place } from './placement.ts';
import { type Program, run } from './program.ts';

const unfinishedName = 'cluster.unfinished-';

/**
 * Makes `cluster` in the database folder if it is not there. It gets that name only when it is complete, so one that has it
 * is never half-made. An existing one must be of the program's major version.
 */
export async function ensureCluster(options: {
  readonly program: Program;
  readonly place: Place;
  /** False for tests: the files need not survive a power cut. */
  readonly durable: boolean;
  readonly log: (line: string) => void;
}): Promise<string> {
  const { program, place, durable, log } = options;
  const cluster = join(place.folder, 'cluster');
  const entries = await readdir(place.folder);
  for (const name of entries.filter((entry) => entry.startsWith(unfinishedName))) {
    await rm(join(place.folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  if (entries.includes('cluster')) {
    await refuseOtherMajor(cluster, program);
    return cluster;
  }

  log(`Making a PostgreSQL ${program.version} cluster in ${place.folder}.`);
  const unfinished = await mkdtemp(join(place.folder, unfinishedName));
  await chown(unfinished, place.user.uid, place.user.gid);
  await run(program.initdb, [...initdbArguments, ...(durable ? [] : ['--no-sync']), '-D', unfinished], place);
  await rename(unfinished, cluster);
  if (durable) await sync(place.folder);
  return cluster;
}

/**
 * The built-in C.UTF-8 locale sorts by code point and knows every letter's upper and lower case, on every operating system
 * alike, and a new C library cannot break an index.
 */
const initdbArguments = [
  '--username=postgres',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--auth-local=peer',
  '--auth-host=reject',
  '--no-instructions',
];

async function refuseOtherMajor(cluster: string, program: Program): Promise<void> {
  const text = await unlessMissing(readFile(join(cluster, 'PG_VERSION'), 'utf8'));
  if (text === undefined) {
    throw new Fault(
      'unavailable',
      `${cluster} is not a PostgreSQL cluster: it has no file PG_VERSION. Move it away.`,
    );
  }
  const major = text.trim();
  if (major === String(program.major)) return;
  throw new Fault(
    'unavailable',
    `The cluster ${cluster} was made by PostgreSQL ${major}, and this Muster brings PostgreSQL ${program.major}, which cannot ` +
      `read it. Start the Muster that made it and write a dump (pg_dump); then move the cluster away, start this Muster and ` +
      `restore the dump. Or run it with a PostgreSQL ${major} of your own and set MUSTER_DATABASE_URL.`,
  );
}

/** Makes the new name survive a power cut. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
