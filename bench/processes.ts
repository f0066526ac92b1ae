import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Started extends AsyncDisposable {
  readonly url: string;
  /** Resident memory in MB. */
  memory(): number;
}

/** Starts a Node program and waits for the line that holds its URL. It is stopped by its process id. */
export async function startProcess(
  args: readonly string[],
  environment: Record<string, string>,
  ready: RegExp,
): Promise<Started> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = ready.exec(line)?.[1];
      if (found) resolve(found);
      // What it logs are mistakes.
      else if (line.startsWith('{')) console.error(line);
    });
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with code ${code}`)));
  });
  return {
    url,
    memory: () => residentMemory(child.pid!),
    [Symbol.asyncDispose]: () => stop(child),
  };
}

/** In MB. Where the system has it as a file, no program has to be started, which would slow down what is measured. */
function residentMemory(pid: number): number {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status)
    ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))![1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Math.round(Number(kilobytes) / 1024);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGTERM');
  await ended;
}
