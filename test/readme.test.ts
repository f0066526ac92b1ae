import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { makeApplePushCa } from './support/apple-push-ca.ts';
import { freePort, startProcess, type RunningProcess } from './support/process.ts';

/** The README's examples, run as they stand against the demo of a server that was started like a user's. */

const root = resolve(import.meta.dirname, '..');
let folder: string;
let server: RunningProcess;
let environment: Record<string, string>;
let blocks: { language: string; code: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-readme-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  server = startProcess(process.execPath, [join(root, 'src/main.ts'), 'serve', '--demo'], {
    cwd: folder,
    environment: { MUSTER_DATA_DIR: join(folder, 'data'), MUSTER_LISTEN: `127.0.0.1:${port}` },
  });
  const banner = await server.until(/CA certificate .*\n/);
  const shown = (name: string) => new RegExp(`${name} +(\\S+)`).exec(banner)![1]!;
  const ca = join(folder, 'data/tls/ca.pem');
  environment = {
    MUSTER: `https://localhost:${port}`,
    TOKEN: shown('API token'),
    TENANT_ID: shown('tenant id'),
    CLIENT_ID: shown('client id'),
    CLIENT_SECRET: shown('client secret'),
    CURL_CA_BUNDLE: ca,
    REQUESTS_CA_BUNDLE: ca,
    NODE_EXTRA_CA_CERTS: ca,
  };
  await writeFile(join(folder, 'push.pem'), await certificateFromApple());
  const text = await readFile(join(root, 'README.md'), 'utf8');
  blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}, 60_000);

afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  await rm(folder, { recursive: true, force: true });
  await rm(join(root, 'data/readme-test'), { recursive: true, force: true });
});

/** What an administrator would bring back from Apple's portal. */
async function certificateFromApple(): Promise<string> {
  const path =
    'deviceManagement/applePushNotificationCertificate/downloadApplePushNotificationCertificateSigningRequest';
  const { output, code } = await startProcess(
    process.execPath,
    [
      '-e',
      `fetch(process.env.MUSTER + '/v1.0/${path}', { headers: { authorization: 'Bearer ' + process.env.TOKEN } })
        .then((answer) => answer.json()).then((json) => process.stdout.write(json.value))`,
    ],
    { cwd: folder, environment },
  ).ended;
  expect(code).toBe(0);
  const now = Date.now();
  const day = 24 * 3_600_000;
  return makeApplePushCa().issue(output, {
    notBefore: new Date(now - day),
    notAfter: new Date(now + 300 * day),
  });
}

function block(language: string, holding: string): string {
  const found = blocks.filter((item) => item.language === language && item.code.includes(holding));
  expect(found).toHaveLength(1);
  return found[0]!.code;
}

test('the curl calls', async (context) => {
  const code = block('sh', 'curl -sSf');
  if (spawnSync('curl', ['--version']).status !== 0) context.skip('curl is not installed');
  const ran = await startProcess('bash', ['--norc', '-euo', 'pipefail', '-c', code], {
    cwd: folder,
    environment,
  }).ended;
  expect(ran, ran.output).toMatchObject({ code: 0 });
  const answers = ran.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(answers).toMatchObject([
    { status: true, data: { entraId: { tenantId: 'contoso', clientSecret: '********' } } },
    { status: true, data: { displayName: 'Sales Team Laptop', tags: ['finance', 'headquarters'] } },
    { appleIdentifier: 'it@example.com', topicIdentifier: expect.stringMatching(/^com\.apple\.mgmt\./) },
    { displayName: 'Mac passwords', passwordMinimumLength: 14, version: 2 },
    { androidOnboarded: true, partnerState: 'enabled' },
  ]);
  expect(await readFile(join(folder, 'push.csr'), 'utf8')).toContain('BEGIN CERTIFICATE REQUEST');
}, 60_000);

/** Runs blocks of the shell, each found by what it holds, with the functions of the first one. */
async function runShell(context: TestContext, ...holding: readonly string[]) {
  if (spawnSync('curl', ['--version']).status !== 0) context.skip('curl is not installed');
  const functions = block('sh', 'curl -sSf')
    .split('\n')
    .filter((line) => /^\w+\(\) \{/.test(line));
  const code = [...functions, ...holding.map((one) => block('sh', one))].join('\n');
  const ran = await startProcess('bash', ['--norc', '-euo', 'pipefail', '-c', code], {
    cwd: root,
    environment,
  }).ended;
  expect(ran, ran.output).toMatchObject({ code: 0 });
  return ran.output;
}

test('a plan, looked at and applied', async (context) => {
  const output = await runShell(context, '/plans');
  const [plan, devices, applied] = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(plan).toMatchObject({ counts: { devices: 6, settingsChanged: 6 }, appliedAt: null });
  const changed = [{ key: 'com.apple.mobiledevice.passwordpolicy/minLength', after: { value: 16 } }];
  expect(devices).toMatchObject({ items: [{ difference: { changed } }] });
  expect(applied).toMatchObject({ id: plan!['id'], appliedAt: expect.any(String) });
}, 60_000);

test.for([
  ['a Mac', 'simulate apple', 'MAC=', { pending: 0, verified: 4 }],
  ['a Windows PC', 'simulate windows', 'PC=', { error: 0, verified: 3 }],
] as const)(
  '%s, enrolled and managed',
  { timeout: 60_000 },
  async ([, simulation, look, counts], context) => {
    const output = await runShell(context, simulation, look);
    expect(output).toContain('enrolled 3 of 3, refused 0');
    const [policy, timeline] = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, never>);
    expect(policy).toMatchObject({ counts });
    expect(timeline).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ kind: 'report' })]),
    });
  },
);

test('the TypeScript program', async () => {
  // Inside the repository, so that it finds the packages.
  const place = join(root, 'data/readme-test');
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'example.ts'), block('ts', 'ClientSecretCredential'));
  const ran = await startProcess(process.execPath, [join(place, 'example.ts')], { cwd: folder, environment })
    .ended;
  expect(ran, ran.output).toMatchObject({ code: 0 });
  expect(ran.output).toContain('BEGIN CERTIFICATE REQUEST');
}, 60_000);

test('the Python program', async (context) => {
  const code = block('python', 'import requests');
  if (spawnSync('python3', ['-c', 'import requests']).status !== 0) {
    context.skip('python3 with requests is not installed');
  }
  const ran = await startProcess('python3', ['-c', code], { cwd: folder, environment }).ended;
  expect(ran, ran.output).toMatchObject({ code: 0 });
  expect(ran.output).toContain('BEGIN CERTIFICATE REQUEST');
}, 60_000);
