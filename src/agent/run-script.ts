import { spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandFor } from './interpreter.ts';
import { keptOutput } from './output.ts';

export interface Script {
  readonly interpreter: string;
  readonly content: Buffer;
  readonly arguments: readonly string[];
  /** Seconds. */
  readonly timeLimit: number;
  /** Octets of each output. */
  readonly outputLimit: number;
}

export interface ScriptResult {
  readonly outcome: 'ended' | 'timedOut' | 'interrupted' | 'notRun';
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly error?: string;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Machine {
  /** As `process.platform`. */
  readonly platform: string;
  /** Whose rights scripts have; undefined for the agent's own. */
  readonly runAs: Account | undefined;
  /** Whether the agent's own rights are those of the machine. */
  readonly isPrivileged: boolean;
}

/**
 * Runs a script in a folder of its own, which is removed afterwards, with nothing of the agent's environment. When it has ended, took too
 * long or `signal` says so, its whole process group is ended, so that nothing that it started in the background stays.
 */
export async function runScript(
  { platform, runAs }: Machine,
  script: Script,
  signal: AbortSignal,
): Promise<ScriptResult> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-script-'));
  try {
    const command = commandFor(platform, script, (extension) => join(folder, `script.${extension}`));
    if ('error' in command) return notRun(command.error);
    const file = join(folder, `script.${command.extension}`);
    await writeFile(file, script.content, { mode: 0o700 });
    if (runAs) {
      await chown(file, runAs.uid, runAs.gid);
      await chown(folder, runAs.uid, runAs.gid);
    }
    const child = spawn(command.program, command.arguments, {
      cwd: folder,
      env: environmentIn(platform, folder),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own.
      detached: platform !== 'win32',
      windowsHide: true,
      ...runAs,
    });
    return await resultOf(child, platform, script, signal);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function notRun(error: string): ScriptResult {
  return { outcome: 'notRun', stdout: '', stderr: '', error };
}

/** On Windows the system adds what every program needs. */
function environmentIn(platform: string, folder: string): Record<string, string> {
  if (platform === 'win32') return { TEMP: folder, TMP: folder };
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: folder,
    TMPDIR: folder,
    LANG: 'C.UTF-8',
  };
}

/** Milliseconds for outputs to end after the script did. What left the process group may hold them open for ever. */
const patience = 1_000;

function resultOf(
  child: ChildProcess,
  platform: string,
  { timeLimit, outputLimit }: Script,
  signal: AbortSignal,
): Promise<ScriptResult> {
  const outputs = { stdout: keptOutput(outputLimit), stderr: keptOutput(outputLimit) };
  child.stdout!.on('data', (chunk: Buffer) => outputs.stdout.add(chunk));
  child.stderr!.on('data', (chunk: Buffer) => outputs.stderr.add(chunk));
  let cause: 'timedOut' | 'interrupted' | undefined;
  const end = (why: 'timedOut' | 'interrupted') => {
    cause ??= why;
    endGroup(child, platform);
  };
  const timer = setTimeout(() => end('timedOut'), timeLimit * 1_000);
  const interrupt = () => end('interrupted');
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  return new Promise<ScriptResult>((resolve) => {
    child.once('error', (error) => resolve(notRun(unstarted(child.spawnfile, error))));
    child.once('exit', () => {
      endGroup(child, platform);
      setTimeout(() => {
        child.stdout!.destroy();
        child.stderr!.destroy();
      }, patience).unref();
    });
    child.once('close', (code, killedBy) => {
      const written = { stdout: outputs.stdout.text(), stderr: outputs.stderr.text() };
      if (cause === 'timedOut') {
        const error = `It took longer than ${timeLimit} seconds and was ended.`;
        resolve({ outcome: 'timedOut', ...written, error });
      } else if (cause === 'interrupted') {
        const error = 'The agent was told to stop while it ran.';
        resolve({ outcome: 'interrupted', ...written, error });
      } else if (code === null) {
        resolve({ outcome: 'ended', ...written, error: `It was ended by ${killedBy}.` });
      } else {
        resolve({ outcome: 'ended', exitCode: code, ...written });
      }
    });
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
  });
}

function unstarted(program: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT')
    return `This machine has no ${program}, or not what the script's first line names.`;
  return `${program} cannot be started: ${error.message}.`;
}

function endGroup({ pid }: ChildProcess, platform: string): void {
  if (pid === undefined) return;
  if (platform === 'win32') {
    spawn('taskkill', ['/T', '/F', '/PID', String(pid)], { stdio: 'ignore', windowsHide: true }).once(
      'error',
      () => {},
    );
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nothing of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
