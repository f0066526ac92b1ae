import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { referenceServer, type ReferenceServer } from './simulated-devices/apple/reference-server.ts';
import { listen } from './simulated-devices/listen.ts';
import { testAuthority } from './simulated-devices/apple/device-for-test.ts';
import { startProcess } from './support/process.ts';

let server: ReferenceServer;
let close: () => Promise<void>;
beforeEach(async () => {
  const authority = await testAuthority();
  ({ server, close } = await listen((origin) => referenceServer(authority, origin)));
});
afterEach(() => close());

const muster = (...args: string[]) =>
  startProcess(
    process.execPath,
    [join(import.meta.dirname, '../src/main.ts'), 'simulate', 'apple', ...args],
    {
      cwd: import.meta.dirname,
      environment: {},
    },
  );

test('devices enrol, check in again and again, and stop with a signal', async () => {
  const enrollmentUrl = `${server.origin}/enroll`;
  const started = muster('--count=3', '--kind=iphone', '--interval=0.2', '--enrollment-url', enrollmentUrl);
  const output = await started.until(/enrolled 3 of 3.* check-ins ([3-9]|[1-9][0-9])/);
  expect(output).toMatch(/refused 0, .* failed 0, gone 0/);
  const enrolled = server.checkIns.filter(({ MessageType }) => MessageType === 'TokenUpdate');
  expect(new Set(enrolled.map(({ UDID }) => UDID)).size).toBe(3);
  expect(server.reports.length).toBeGreaterThan(2);
  started.child.kill('SIGTERM');
  const { code, output: all } = await started.ended;
  expect(all).toMatch(/Stopping \(SIGTERM\)\.\nenrolled 3 of 3/);
  expect(code).toBe(0);
}, 60_000);

test('where no device can enrol, it says why and ends', async () => {
  server.answers.set('/scep', { status: 503 });
  const { code, output } = await muster('--count=2', '--enrollment-url', `${server.origin}/enroll`).ended;
  expect(code).toBe(1);
  expect(output.match(/^refused: .*GetCACaps was answered 503/gm)).toHaveLength(1);
  expect(output).toContain('enrolled 0 of 2, refused 2');
}, 60_000);

test('a server that is reached elsewhere', async () => {
  const started = muster('--count=1', `--url=${server.origin}`, '--enrollment-url=http://mdm.invalid/enroll');
  await started.until(/enrolled 1 of 1/);
  started.child.kill('SIGINT');
  expect((await started.ended).code).toBe(0);
}, 60_000);

test.each([
  [['--count=10001'], /^--count is '10001'. It must be a number from 1 to 10000/],
  [['--kind=watch'], /^--kind is 'watch'. It must be mac, iphone, ipad/],
  [['--ca=missing.pem'], /^The file of --ca cannot be read: ENOENT/],
])(
  '%j is refused',
  async (args, reason) => {
    const { code, output } = await muster('--enrollment-url=http://127.0.0.1:1/x', ...args).ended;
    expect(output).toMatch(reason);
    expect(code).toBe(1);
  },
  60_000,
);
