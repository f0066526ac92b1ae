import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { Fault } from '../../kernel/fault.ts';
import { unlessMissing } from './errno.ts';

/** An account of the operating system. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What the permission check needs of a file's `stat`. */
export interface Access {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The user of this process. PostgreSQL's `initdb` and its peer authentication both need it to have a name. */
export function currentUser(): User {
  try {
    const { username, uid, gid } = userInfo();
    return { name: username, uid, gid };
  } catch (cause) {
    throw new Fault(
      'unavailable',
      `User id ${process.getuid?.()} has no name on this machine, and PostgreSQL needs one. ` +
        'Give it a line in /etc/passwd, or set MUSTER_DATABASE_URL to an external PostgreSQL.',
      { cause },
    );
  }
}

export async function readAccounts(): Promise<readonly User[]> {
  return parseAccounts((await unlessMissing(readFile('/etc/passwd', 'utf8'))) ?? '');
}

/** Reads the text of `/etc/passwd`. macOS writes its highest ids as negative numbers. */
export function parseAccounts(passwd: string): readonly User[] {
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (!name || name.startsWith('#') || !uid || !gid) return [];
    return [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }];
  });
}

/**
 * The user PostgreSQL runs as: this process's own, or, as PostgreSQL refuses to run as root, for root the owner of the
 * cluster that is there, else `muster`, `postgres` or `nobody`.
 */
export function chooseServerUser(
  self: User,
  cluster: { readonly path: string; readonly owner: Access } | undefined,
  accounts: readonly User[],
): User {
  if (cluster && self.uid !== 0 && cluster.owner.uid !== self.uid) {
    throw new Fault(
      'unavailable',
      `The cluster ${cluster.path} belongs to ${nameOf(cluster.owner.uid, accounts)}, not to ${self.name}. ` +
        `Start Muster as that user or as root, or change the owner: chown -R ${self.name} '${cluster.path}'.`,
    );
  }
  if (self.uid !== 0) return self;

  const candidates = ['muster', 'postgres', 'nobody'].flatMap(
    (name) => accounts.find((account) => account.name === name && account.uid !== 0) ?? [],
  );
  if (cluster?.owner.uid === 0) {
    throw new Fault(
      'unavailable',
      `The cluster ${cluster.path} belongs to root, and PostgreSQL refuses to run as root. ` +
        `Give it to an unprivileged user: chown -R ${candidates[0]?.name ?? 'USER'} '${cluster.path}'.`,
    );
  }
  if (cluster) {
    const { uid, gid } = cluster.owner;
    return accounts.find((account) => account.uid === uid) ?? { name: `user id ${uid}`, uid, gid };
  }
  const [chosen] = candidates;
  if (!chosen) {
    throw new Fault(
      'unavailable',
      'PostgreSQL refuses to run as root, and there is no user muster, postgres or nobody to run it as. ' +
        'Make one (useradd --system muster), start Muster as an ordinary user, or set MUSTER_DATABASE_URL.',
    );
  }
  return chosen;
}

function nameOf(uid: number, accounts: readonly User[]): string {
  return accounts.find((account) => account.uid === uid)?.name ?? `user id ${uid}`;
}

/** True if the permission bits let the user read (4) or enter (1) everything in the list, or both (5). */
export function permits(user: User, wanted: 1 | 4 | 5, files: readonly Access[]): boolean {
  return files.every(({ mode, uid, gid }) => {
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    return ((mode >> shift) & wanted) === wanted;
  });
}
