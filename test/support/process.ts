import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

export interface RunningProcess {
  readonly child: ChildProcess;
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<Ran>;
  /** Resolves with the output once it matches; rejects when the process ends before. */
  until(pattern: RegExp): Promise<string>;
}

/** Starts a program and gathers what it prints, both streams together. */
export function startProcess(
  command: string,
  args: readonly string[],
  { cwd, environment }: { cwd: string; environment: Readonly<Record<string, string>> },
): RunningProcess {
  const child = spawn(command, args, { cwd, env: { PATH: process.env['PATH'], ...environment } });
  let output = '';
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      look();
    });
  }
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
  return {
    child,
    ended,
    until: (pattern) =>
      Promise.race([
        ended.then((ran) => Promise.reject(new Error(`ended with ${ran.code}: ${ran.output}`))),
        new Promise<string>((resolve) => {
          look = () => pattern.test(output) && resolve(output);
          look();
        }),
      ]),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
