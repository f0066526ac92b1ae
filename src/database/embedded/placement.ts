import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readlink, realpath, rmdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { isErrno, unlessMissing } from './errno.ts';
import {
  type Access,
  chooseServerUser,
  currentUser,
  permits,
  readAccounts,
  type User,
} from './server-user.ts';

/** Where a cluster lies and who runs it. */
export interface Place {
  /** The real folder that holds `cluster/`, the socket, the log and the lock. */
  readonly folder: string;
  /** The user PostgreSQL runs as. */
  readonly user: User;
  /** The user of this process. */
  readonly self: User;
}

/**
 * Makes the folder and decides who runs PostgreSQL in it. Where root starts Muster and the unprivileged user cannot
 * enter the folder, a new cluster goes to a folder of its own in `systemFolder`, and `folder` becomes a link to it.
 */
export async function placeCluster(options: {
  readonly folder: string;
  readonly systemFolder: string;
  readonly log: (line: string) => void;
}): Promise<Place> {
  const { folder, systemFolder, log } = options;
  const self = currentUser();
  await mkdir(dirname(folder), { recursive: true });
  await refuseLinkToNothing(folder);

  const path = join(folder, 'cluster');
  const owner = await unlessMissing(stat(path));
  const user = chooseServerUser(self, owner && { path, owner }, await readAccounts());
  const changesUser = user.uid !== self.uid;

  if (
    changesUser &&
    !owner &&
    !(await isLink(folder)) &&
    !permits(user, 1, await enclosing(dirname(folder)))
  ) {
    await linkToSystemFolder({ folder, systemFolder, log, user });
  }
  await makeEnterable(folder, self);
  const real = await realpath(folder);
  if (changesUser && !permits(user, 1, await enclosing(real))) {
    throw new Fault(
      'unavailable',
      `PostgreSQL runs as ${user.name}, since it refuses to run as root, but ${user.name} cannot enter ${real}. ` +
        'Let others enter the folders above it (chmod o+x), start Muster as an ordinary user, or set MUSTER_DATABASE_URL.',
    );
  }
  return { folder: real, user, self };
}

async function refuseLinkToNothing(folder: string): Promise<void> {
  if ((await isLink(folder)) && !(await unlessMissing(stat(folder)))) {
    throw new Fault(
      'unavailable',
      `The database folder ${folder} is a link to ${await readlink(folder)}, which is not there. ` +
        'Bring it back (a missing disk or volume?), or remove the link to begin with an empty database.',
    );
  }
}

async function isLink(path: string): Promise<boolean> {
  return (await unlessMissing(lstat(path)))?.isSymbolicLink() ?? false;
}

/** Owner and mode of a folder and of all that it lies in. */
export async function enclosing(folder: string): Promise<readonly Access[]> {
  const chain: Access[] = [];
  for (let path = await realpath(folder); ; path = dirname(path)) {
    chain.push(await stat(path));
    if (path === dirname(path)) return chain;
  }
}

async function linkToSystemFolder(options: {
  readonly folder: string;
  readonly systemFolder: string;
  readonly log: (line: string) => void;
  readonly user: User;
}): Promise<void> {
  const { folder, systemFolder, log, user } = options;
  await makeSystemFolder(systemFolder);
  await removeIfEmpty(folder);
  const target = await unusedFolder(
    join(systemFolder, createHash('sha256').update(folder).digest('hex').slice(0, 12)),
  );
  try {
    await symlink(target, folder);
  } catch (error) {
    // Another process that started at the same moment made the link; the lock decides between the two.
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  log(
    `PostgreSQL runs as ${user.name}, who cannot enter ${dirname(folder)}: the database lies in ` +
      `${await readlink(folder)}, and ${folder} is a link to it.`,
  );
}

export async function makeSystemFolder(systemFolder: string): Promise<void> {
  // The mode is set afterwards because the process's umask may take away what the server's user needs.
  if (await mkdir(systemFolder, { recursive: true })) await chmod(systemFolder, 0o755);
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOTEMPTY') || isErrno(error, 'EEXIST')) {
      throw new Fault(
        'unavailable',
        `The database folder ${folder} holds files but no cluster. Move it away, and start again.`,
        { cause: error },
      );
    }
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/**
 * Makes the first of `path`, `path-2`, `path-3`, … that is not in use. One that is in use held the database of an earlier
 * data folder at the same path: it is not this one's data, and not ours to delete.
 */
async function unusedFolder(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${path}-${number}`;
    const entries = await unlessMissing(readdir(candidate));
    if (!entries) await mkdir(candidate);
    if (!entries?.length) return candidate;
  }
}

async function makeEnterable(folder: string, self: User): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = await stat(folder);
  if (self.uid === 0 && uid === 0) await chmod(folder, (mode & 0o777) | 0o111);
}
