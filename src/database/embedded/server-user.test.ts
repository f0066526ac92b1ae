import { expect, test } from 'vitest';
import { chooseServerUser, parseAccounts, permits } from './server-user.ts';

const root = { name: 'root', uid: 0, gid: 0 };
const alice = { name: 'alice', uid: 1000, gid: 1000 };
const postgres = { name: 'postgres', uid: 101, gid: 104 };
const nobody = { name: 'nobody', uid: 65534, gid: 65534 };
const path = '/data/postgresql/cluster';
const clusterOf = (owner: { uid: number; gid: number }) => ({ path, owner: { ...owner, mode: 0o40700 } });

test('reads accounts, macOS comments and negative ids among them', () => {
  const text =
    '# comment:x:1:1\nroot:x:0:0:root:/root:/bin/sh\n\nnobody:*:-2:-2:Nobody:/var/empty:/usr/bin/false\nbroken\n';
  expect(parseAccounts(text)).toEqual([root, { name: 'nobody', uid: 4294967294, gid: 4294967294 }]);
});

test('an ordinary user runs the server itself', () => {
  expect(chooseServerUser(alice, undefined, [root, postgres])).toEqual(alice);
  expect(chooseServerUser(alice, clusterOf(alice), [])).toEqual(alice);
});

test('an ordinary user is told whose cluster it is that it cannot run', () => {
  expect(() => chooseServerUser(alice, clusterOf(postgres), [postgres])).toThrow(
    '/data/postgresql/cluster belongs to postgres, not to alice. Start Muster as that user or as root, or change the owner: chown -R alice',
  );
});

test('root gives the server to the owner of the cluster, named or not', () => {
  expect(chooseServerUser(root, clusterOf(alice), [root, alice, postgres])).toEqual(alice);
  expect(chooseServerUser(root, clusterOf({ uid: 4000, gid: 4001 }), [root])).toEqual({
    name: 'user id 4000',
    uid: 4000,
    gid: 4001,
  });
});

test('root gives a new cluster to muster, postgres or nobody, in this order', () => {
  const muster = { name: 'muster', uid: 990, gid: 990 };
  expect(chooseServerUser(root, undefined, [nobody, postgres, muster])).toEqual(muster);
  expect(chooseServerUser(root, undefined, [nobody, postgres])).toEqual(postgres);
  expect(chooseServerUser(root, undefined, [nobody, { ...postgres, uid: 0 }])).toEqual(nobody);
  expect(() => chooseServerUser(root, undefined, [root, alice])).toThrow('useradd --system muster');
});

test('a cluster that belongs to root is refused with the command that helps', () => {
  expect(() => chooseServerUser(root, clusterOf(root), [nobody, postgres])).toThrow(
    "chown -R postgres '/data/postgresql/cluster'",
  );
});

test('permission bits are those of the owner, else of the group, else of others', () => {
  const file = (mode: number, uid = 0, gid = 0) => ({ mode, uid, gid });
  expect(permits(postgres, 1, [file(0o755), file(0o711)])).toBe(true);
  expect(permits(postgres, 1, [file(0o755), file(0o700)])).toBe(false);
  expect(permits(postgres, 5, [file(0o711)])).toBe(false);
  expect(permits(postgres, 5, [file(0o500, 101)])).toBe(true);
  expect(permits(postgres, 1, [file(0o710, 0, 104)])).toBe(true);
  // The owner's bits count for the owner even where others may more.
  expect(permits(postgres, 1, [file(0o077, 101, 104)])).toBe(false);
  expect(permits(postgres, 1, [file(0o707, 0, 104)])).toBe(false);
});
