import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram, placeProgram } from './program.ts';
import { currentUser } from './server-user.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { name: 'nobody', uid: 65534, gid: 65534 };
let top = '';

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'muster-program-')));
  await chmod(top, 0o755);
});

afterEach(async () => {
  await rm(top, { recursive: true });
});

/** A package like the real ones, whose `postgres` is a shell script, without the links that its install script makes. */
async function makePackage(): Promise<string> {
  const folder = join(top, 'package');
  for (const part of ['bin', 'lib', 'share']) await mkdir(join(folder, 'native', part), { recursive: true });
  await writeFile(join(folder, 'native/bin/postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 18.4"\n');
  await chmod(join(folder, 'native/bin/postgres'), 0o755);
  await writeFile(join(folder, 'native/lib/libpq.so.5.18'), 'library');
  await writeFile(
    join(folder, 'native/pg-symlinks.json'),
    JSON.stringify([
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    ]),
  );
  return folder;
}

const place = (user = currentUser()) => ({ folder: join(top, 'database'), user, self: currentUser() });

test('a platform without a package is told the way out', async () => {
  await expect(findProgram('win32', 'x64')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/win32-x64.*MUSTER_DATABASE_URL/) as string,
  });
  await expect(findProgram('toString', '')).rejects.toMatchObject({ code: 'unavailable' });
});

test('the links that npm did not make are made in the package', async () => {
  const folder = await makePackage();
  await symlink('libpq.so.5.18', join(folder, 'native/lib/libpq.so'));
  const program = await placeProgram({
    installed: { folder, name: 'postgresql-test' },
    place: place(),
    systemFolder: join(top, 'system'),
    log: () => undefined,
  });
  expect(program).toMatchObject({
    postgres: join(folder, 'native/bin/postgres'),
    version: '18.4',
    major: 18,
  });
  expect(await readlink(join(folder, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  expect(await readlink(join(folder, 'native/lib/libpq.so'))).toBe('libpq.so.5.18');
});

test('an ordinary user gets a copy with links where the package is read-only', async (context) => {
  context.skip(isRoot, 'root may write everywhere');
  const folder = await makePackage();
  await chmod(join(folder, 'native/lib'), 0o555);
  await mkdir(join(top, 'database'));
  const program = await placeProgram({
    installed: { folder, name: 'postgresql-test' },
    place: place(),
    systemFolder: join(top, 'system'),
    log: () => undefined,
  });
  await chmod(join(folder, 'native/lib'), 0o755);
  const copy = join(top, 'database/postgresql-test');
  expect(program.postgres).toBe(join(copy, 'native/bin/postgres'));
  expect(await readlink(join(copy, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
});

test("root copies what the server's user cannot reach, readable and once", async (context) => {
  context.skip(!isRoot, 'only root starts the server as another user');
  const folder = await makePackage();
  await chmod(folder, 0o700);
  await chmod(join(folder, 'native/lib/libpq.so.5.18'), 0o600);
  const lines: string[] = [];
  const options = {
    installed: { folder, name: 'postgresql-test' },
    place: place(nobody),
    systemFolder: join(top, 'system'),
    log: (line: string) => lines.push(line),
  };
  const first = await placeProgram(options);
  const copy = join(top, 'system/postgresql-test');
  expect(first.postgres).toBe(join(copy, 'native/bin/postgres'));
  expect((await stat(join(copy, 'native/lib/libpq.so.5'))).mode & 0o777).toBe(0o644);
  expect(await placeProgram(options)).toEqual(first);
  expect(lines).toHaveLength(1);
  expect(await readdir(join(top, 'system'))).toEqual(['postgresql-test']);
});

test('a program that does not run is a fault with its own words', async () => {
  const folder = await makePackage();
  await writeFile(
    join(folder, 'native/bin/postgres'),
    '#!/bin/sh\necho "libssl.so: not found" >&2\nexit 127\n',
  );
  await expect(
    placeProgram({
      installed: { folder, name: 'postgresql-test' },
      place: place(),
      systemFolder: join(top, 'system'),
      log: () => undefined,
    }),
  ).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^postgres ended with code 127.*\nlibssl.so: not found$/) as string,
  });
});
