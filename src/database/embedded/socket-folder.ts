import { chown, lstat, mkdir, mkdtemp, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './placement.ts';
import { port } from './settings.ts';

/** macOS takes 104 bytes with the final zero, Linux 108. */
const longestSocketPath = 103;

/** True if the path of a server's socket in this folder is short enough for the operating system. */
export function socketFits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) <= longestSocketPath;
}

/**
 * A folder for the socket that only the server's user (and root) can enter: `socket` in the database folder, or, where that
 * path is too long, a folder in /tmp that `socket` is a link to.
 */
export async function makeSocketFolder(place: Place): Promise<string> {
  const near = join(place.folder, 'socket');
  const fits = socketFits(near);
  const known = fits ? near : await readlink(near).catch(() => undefined);
  if (known !== undefined && (await isPrivate(known, place))) return known;

  await rm(near, { recursive: true, force: true });
  if (fits) {
    await mkdir(near, { mode: 0o700 });
    await chown(near, place.user.uid, place.user.gid);
    return near;
  }
  const far = await mkdtemp('/tmp/muster-');
  await chown(far, place.user.uid, place.user.gid);
  await symlink(far, near);
  return far;
}

async function isPrivate(path: string, { user }: Place): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === user.uid && (found.mode & 0o077) === 0;
}
