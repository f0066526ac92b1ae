import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { runScript, type Machine, type Script } from './run-script.ts';

const machine: Machine = { platform: process.platform, runAs: undefined, isPrivileged: false };

const run = (
  content: string,
  rest: Partial<Script> = {},
  signal = new AbortController().signal,
  on = machine,
) =>
  runScript(
    on,
    {
      interpreter: '/bin/sh',
      content: Buffer.from(content),
      arguments: [],
      timeLimit: 20,
      outputLimit: 1_024,
      ...rest,
    },
    signal,
  );

/** Whether a process runs. What was killed and nobody has asked about yet does not. */
function isThere(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim());
}

const ended = (...pids: number[]) => vi.waitFor(() => expect(pids.filter(isThere)).toEqual([]));

test('outputs and exit code are told', async () => {
  expect(await run('echo out; echo err >&2; exit 3')).toEqual({
    outcome: 'ended',
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  });
  expect(await run('kill -9 $$')).toMatchObject({ outcome: 'ended', error: 'It was ended by SIGKILL.' });
});

test('arguments pass through no shell', async () => {
  const list = ['$(touch /tmp/x)', "it's", 'a b', '', '; exit 9', '`id`', '*'];
  const { stdout } = await run('for one in "$@"; do echo "<$one>"; done', { arguments: list });
  expect(stdout).toBe(`${list.map((one) => `<${one}>`).join('\n')}\n`);
});

test('the first line of a script says what runs it', async () => {
  const content = `#!${process.execPath}\nconsole.log(process.argv.slice(2).join())`;
  expect(await run(content, { arguments: ['a', 'b'] })).toMatchObject({ exitCode: 0, stdout: 'a,b\n' });
});

test("a script has a folder of its own, which goes with it, and nothing of the agent's environment", async () => {
  const { stdout } = await run('pwd; touch left-behind; env');
  const [folder, ...environment] = stdout.trim().split('\n');
  expect(existsSync(folder!)).toBe(false);
  const names = environment.map((line) => line.split('=')[0]);
  expect(
    names.filter(
      (name) => !['PATH', 'HOME', 'TMPDIR', 'LANG', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name!),
    ),
  ).toEqual([]);
});

test('endless output and endless waiting end with the time', async () => {
  const endless = await run('yes', { timeLimit: 0.3 });
  expect(endless).toMatchObject({
    outcome: 'timedOut',
    error: 'It took longer than 0.3 seconds and was ended.',
  });
  expect(endless.stdout).toMatch(/^(y\n){256}\n… \d+ octets left out …\n(y\n){256}$/);
  expect(await run('echo before; sleep 1000', { timeLimit: 0.3 })).toMatchObject({
    outcome: 'timedOut',
    stdout: 'before\n',
  });
});

test('what a script starts in the background ends with it', async () => {
  const { exitCode, stdout } = await run('sleep 1000 & echo $!; (sleep 1000; echo never) & exit 0');
  expect(exitCode).toBe(0);
  await ended(Number(stdout.trim()));
  const forking = await run('fork() { (sleep 1000 & echo $!) ; fork; }; fork', {
    timeLimit: 0.3,
    // A number that is cut in two would be that of another process.
    outputLimit: 1_000_000,
  });
  expect(forking.outcome).toBe('timedOut');
  const started = forking.stdout
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 1);
  expect(started.length).toBeGreaterThan(0);
  await ended(...started);
});

test('outputs that something outside of the group holds open are not waited for', async () => {
  const program =
    "require('child_process').spawn('sleep', ['4'], { detached: true, stdio: 'inherit' }).unref()";
  const { exitCode, stdout } = await run(`"$1" -e "$2"; echo done`, {
    arguments: [process.execPath, program],
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'done\n' });
});

test('binary output is text in the end', async () => {
  const { stdout } = await run(String.raw`printf 'a\000\377b'`);
  expect(stdout).toBe('a\u{FFFD}\u{FFFD}b');
});

test('a stopping agent ends its script', async () => {
  const stopping = new AbortController();
  const running = run('sleep 1000', {}, stopping.signal);
  stopping.abort();
  expect(await running).toMatchObject({ outcome: 'interrupted' });
  expect(await run('echo no', {}, AbortSignal.abort())).toMatchObject({ outcome: 'interrupted' });
});

test('what cannot be started is told with the reason', async () => {
  expect(await run('x', { interpreter: 'powershell.exe' })).toMatchObject({
    outcome: 'notRun',
    error: expect.stringContaining('pwsh'),
  });
  expect(await run('#!/nowhere/interpreter\n')).toMatchObject({ outcome: 'notRun' });
});

test.runIf(process.getuid?.() === 0)('scripts can have the rights of another user', async () => {
  const other = { ...machine, runAs: { uid: 65_534, gid: 65_534 } };
  const { stdout } = await run('id -u; id -g; id -G; touch mine && echo written', {}, undefined, other);
  expect(stdout).toBe('65534\n65534\n65534\nwritten\n');
});
