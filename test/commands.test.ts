import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ddfNode, ddfOf } from '../src/policies/csp/fixtures/ddf.ts';
import { zipOf } from '../src/policies/csp/fixtures/zip.ts';
import { freePort, startProcess, type RunningProcess } from './support/process.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const running = new Set<ChildProcess>();
let folder: string;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster commands '));
  await chmod(folder, 0o755);
  port = await freePort();
  const { code, output } = await run('migrate');
  // Who is in the wrong folder sees it.
  expect(output).toContain(`cluster in ${join(folder, 'data/postgresql')}`);
  expect(code, output).toBe(0);
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Starts `muster …` with a data folder and a port of its own. */
function muster(args: readonly string[], environment: Record<string, string> = {}): RunningProcess {
  const started = startProcess(process.execPath, [main, ...args], {
    cwd: folder,
    environment: {
      MUSTER_DATA_DIR: join(folder, 'data'),
      MUSTER_LISTEN: `127.0.0.1:${port}`,
      ...environment,
    },
  });
  running.add(started.child);
  void started.ended.then(() => running.delete(started.child));
  return started;
}

const run = (...args: string[]) => muster(args).ended;

async function get(path: string, token: string): Promise<number | undefined> {
  const ca = await readFile(join(folder, 'data/tls/ca.pem'));
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request({ host: 'localhost', port, path, ca, headers, agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    })
      .once('error', reject)
      .end();
  });
}

test('a server starts, is managed beside, stops, and comes back after kill -9 with its data', async () => {
  const first = muster(['serve', '--demo']);
  const banner = await first.until(/CA certificate .*\n/);
  expect(banner).toContain('This is the first start.');
  expect(banner).toContain('Filled the organization with sample data.');
  expect(banner).toContain(`Muster is ready at https://localhost:${port}`);
  const token = /API token +(\S+)/.exec(banner)![1]!;
  const devices = '/v1/organizations/default/mdm/devices?limit=1';
  expect(await get(devices, token)).toBe(200);
  expect((await stat(join(folder, 'data/secret.key'))).mode & 0o077).toBe(0);

  const beside = await run(
    'token',
    'create',
    '--name',
    'ci',
    '--permission',
    'mdm.windows.device.get',
    '--json',
  );
  expect(beside.code).toBe(0);
  const limited = JSON.parse(beside.output) as { id: string; token: string; permissions: string[] };
  expect(limited.permissions).toEqual(['windows.device.read']);
  expect(await get('/v1/organizations/default/mdm/windows/enterprise/devices', limited.token)).toBe(200);
  expect(await get('/v1/organizations/default/mdm/users', limited.token)).toBe(403);
  const listed = await run('token', 'list');
  expect(listed.output).toContain(limited.id);
  expect(listed.output).not.toContain(limited.token);
  expect((await run('token', 'revoke', limited.id)).code).toBe(0);
  expect(await get('/v1/organizations/default/mdm/windows/enterprise/devices', limited.token)).toBe(401);

  const second = await run('serve');
  expect(second.code).toBe(1);
  expect(second.output).toMatch(/^Another Muster process is using the database/m);

  first.child.kill('SIGKILL');
  await first.ended;
  const again = muster(['serve', '--demo']);
  const restarted = await again.until(/CA certificate .*\n/);
  expect(restarted).not.toContain('first start');
  expect(restarted).toContain('There are devices already');
  expect(await get(devices, token)).toBe(200);
  again.child.kill('SIGTERM');
  const { code, output } = await again.ended;
  expect(code).toBe(0);
  expect(output).toContain('Stopping (SIGTERM).');
  expect(output).not.toContain(token);
}, 120_000);

test('organizations and applications are created at the command line, with the server stopped', async () => {
  const created = await run(
    'organization',
    'create',
    'acme',
    '--name',
    'Acme Inc.',
    '--plan',
    'starter',
    '--json',
  );
  expect(JSON.parse(created.output)).toMatchObject({ slug: 'acme', name: 'Acme Inc.', plan: 'starter' });
  const twice = await run('organization', 'create', 'acme');
  expect(twice).toMatchObject({ code: 1, output: "An organization with the slug 'acme' exists already.\n" });
  const list = await run('organization', 'list');
  expect(list.output).toMatch(/^ID +SLUG +NAME +TENANT ID +PLAN +CREATED AT\n/);
  expect(list.output).toContain('Acme Inc.');
  const renamed = await run('organization', 'rename', 'acme', 'Acme Ltd.', '--json');
  expect(JSON.parse(renamed.output)).toMatchObject({ slug: 'acme', name: 'Acme Ltd.', plan: 'starter' });
  expect((await run('organization', 'list')).output).toContain('Acme Ltd.');
  expect(await run('organization', 'rename', 'acme', ' ')).toEqual({
    code: 1,
    output: 'name: must have 1 to 128 characters\n',
  });
  const application = await run(
    'application',
    'create',
    '--json',
    '--organization=acme',
    '--name=terraform',
    '--permission=DeviceManagementConfiguration.ReadWrite.All',
  );
  const { clientId, permissions } = JSON.parse(application.output) as {
    clientId: string;
    permissions: string[];
  };
  expect(clientId).toMatch(/^[0-9a-f-]{36}$/);
  expect(permissions).toContain('deviceConfiguration.update');
  expect(permissions).not.toContain('windows.policy.update');
  expect((await run('migrate')).output).toBe('Up to date.\n');
}, 120_000);

test('a catalogue of Windows settings is imported, looked at, and left again', async () => {
  const file = join(folder, 'DDF v2.zip');
  const node = ddfNode({
    name: 'Invented',
    path: './Device/Vendor/MSFT',
    properties: '<DefaultValue>7</DefaultValue>',
  });
  await writeFile(file, zipOf({ name: 'Invented.xml', content: ddfOf(node) }));
  const path = './Device/Vendor/MSFT/Invented';
  const imported = await run('csp', 'import', file);
  expect(imported).toEqual({
    code: 0,
    output: `Version 1 is in use.\n1 setting is new\n  ${path}\n0 settings are gone\n0 settings are not as before\n`,
  });
  expect((await run('csp', 'list')).output).toMatch(
    /^VERSION +FILE.*\n1 +DDF v2.zip +1 +[0-9a-f]{12} .* in use\n$/,
  );
  const shown = await run('csp', 'show', './vendor/msft/INVENTED', '--json');
  expect(JSON.parse(shown.output)).toEqual({
    path,
    title: 'Invented',
    format: 'int',
    access: ['Add', 'Delete', 'Get', 'Replace'],
    default: '7',
  });
  expect(await run('csp', 'show', path)).toEqual({
    code: 0,
    output:
      `  path     ${path}\n  title    Invented\n  format   int\n  takes    a whole number\n` +
      '  access   Add, Delete, Get, Replace\n  default  7\n',
  });
  const misspelt = './Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLenght';
  expect(await run('csp', 'show', misspelt)).toEqual({
    code: 1,
    output: `The catalogue that is in use does not have ${misspelt}. Did you mean ./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength?\n`,
  });
  const left = await run('csp', 'use', 'built-in', '--json');
  expect(JSON.parse(left.output)).toEqual({ version: 0, added: [], removed: [path], changed: [] });
  expect(await run('csp', 'show', path)).toEqual({
    code: 1,
    output: `The catalogue that is in use does not have ${path}.\n`,
  });
  expect(await run('csp', 'use', 'two')).toMatchObject({
    code: 1,
    output: expect.stringContaining('muster csp list'),
  });
  await writeFile(file, 'no zip file');
  expect(await run('csp', 'import', file)).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^It is no zip file that can be read: .*\n$/),
  });
  expect(await run('csp', 'import', join(folder, 'none.zip'))).toMatchObject({
    code: 1,
    output: expect.stringContaining('none.zip cannot be read: ENOENT'),
  });
}, 240_000);

test('what is wrong is said in one sentence', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => {
    taken.listen(port, '127.0.0.1', resolve);
  });
  const refused = await run('serve');
  taken.close();
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/^Another program listens on 127.0.0.1:\d+. Stop it, or set MUSTER_LISTEN/m);

  const typo = await muster(['serve'], { MUSTER_LISTENN: 'x' }).ended;
  expect(typo.code).toBe(1);
  expect(typo.output).toContain('MUSTER_LISTENN is not a variable of Muster');
  const otherKey = Buffer.alloc(32, 1).toString('base64');
  const wrongKey = await muster(['organization', 'list'], { MUSTER_SECRET_KEY: otherKey }).ended;
  expect(wrongKey.output).toMatch(/^The secret key is not the one that this database was encrypted with/);
  const unknown = await run('token', 'create', '--name', 'x', '--permission', 'mdm.windows.everything');
  expect(unknown.output).toMatch(/^'mdm.windows.everything' is no permission/);
  const nobody = await run('token', 'list', '--organization', 'nobody');
  expect(nobody.output).toBe("There is no organization 'nobody'. See: muster organization list\n");
  expect((await run('nonsense')).code).not.toBe(0);
}, 120_000);

test.each([
  [],
  ['serve'],
  ['organization'],
  ['token', 'create'],
  ['application', 'create'],
  ['migrate'],
  ['csp', 'import'],
  ['simulate', 'apple'],
])('--help of %j %j', async (...command) => {
  const { code, output } = await run(...command, '--help');
  expect(code).toBe(0);
  expect(output).toMatch(/^Usage: muster/);
});

test('npm start passes a signal on to the server', async () => {
  const started = startProcess('npm', ['start'], {
    cwd: join(import.meta.dirname, '..'),
    environment: {
      HOME: folder,
      MUSTER_DATA_DIR: join(folder, 'of npm'),
      MUSTER_LISTEN: `127.0.0.1:${port}`,
    },
  });
  running.add(started.child);
  await started.until(/CA certificate .*\n/);
  started.child.kill('SIGTERM');
  const { output } = await started.ended;
  expect(output).toContain('Stopping (SIGTERM).');
}, 60_000);
