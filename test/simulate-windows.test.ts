import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listen } from './simulated-devices/listen.ts';
import { testAuthority } from './simulated-devices/windows/device-for-test.ts';
import { referenceServer, type ReferenceServer } from './simulated-devices/windows/reference-server.ts';
import { startProcess } from './support/process.ts';

let server: ReferenceServer;
let close: () => Promise<void>;
beforeEach(async () => {
  const authority = await testAuthority();
  ({ server, close } = await listen((origin) => referenceServer(authority, origin)));
  server.authentication = 'certificate';
});
afterEach(() => close());

const muster = (...args: string[]) =>
  startProcess(
    process.execPath,
    [join(import.meta.dirname, '../src/main.ts'), 'simulate', 'windows', '--code=secret', ...args],
    { cwd: import.meta.dirname, environment: {} },
  );

test('PCs enrol, hold sessions again and again, and stop with a signal', async () => {
  const started = muster('--count=3', '--interval=0.2', '--enrollment-url', server.discoveryUrl);
  const output = await started.until(/enrolled 3 of 3.* check-ins ([3-9]|[1-9][0-9])/);
  expect(output).toMatch(/refused 0, .* failed 0, gone 0/);
  expect(server.certificateRequests).toHaveLength(3);
  expect(server.messages.length).toBeGreaterThan(2);
  started.child.kill('SIGTERM');
  const { code, output: all } = await started.ended;
  expect(all).toMatch(/Stopping \(SIGTERM\)\.\nenrolled 3 of 3/);
  expect(code).toBe(0);
}, 60_000);

test('where no PC can enrol, it says why and ends', async () => {
  server.answers.set('/EnrollmentServer/Policy.svc', {
    status: 503,
    headers: {},
    body: Buffer.alloc(0),
  });
  const { code, output } = await muster('--count=2', '--enrollment-url', server.discoveryUrl).ended;
  expect(code).toBe(1);
  expect(output.match(/^refused: .*GetPolicies was answered 503/gm)).toHaveLength(1);
  expect(output).toContain('enrolled 0 of 2, refused 2');
}, 60_000);

test.each([
  ['--form=windows7', /^--form is 'windows7'. It must be windows10, windows11/],
  ['--enrollment-url=x', /^--enrollment-url is 'x'. It must be a URL/],
])(
  '%s is refused',
  async (arg, reason) => {
    const { code, output } = await muster('--enrollment-url=http://127.0.0.1:1/x', arg).ended;
    expect(output).toMatch(reason);
    expect(code).toBe(1);
  },
  60_000,
);
