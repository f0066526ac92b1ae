import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Fault } from '../../kernel/fault.ts';
import { endServer } from './ending.ts';
import type { Place } from './placement.ts';
import { type Program, spawnOptions } from './program.ts';
import { openServerLog } from './server-log.ts';

/** A running server. */
export interface Server {
  /** Settles only if the server ends though nobody called `stop`. */
  readonly died: Promise<Fault>;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

const ready = / LOG: {2}database system is ready to accept connections$/;
const alarming = / \[\d+\] (?:WARNING|FATAL|PANIC): /;

/**
 * Starts the server and waits until it takes connections, however long its recovery takes. `ended` is called once it is
 * gone, whatever the reason.
 */
export async function startServer(options: {
  readonly program: Program;
  readonly place: Place;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly log: (line: string) => void;
  readonly ended: () => void;
}): Promise<Server> {
  const { program, place, args, logFile, log } = options;
  const lines = openServerLog(logFile, log);
  const child = spawn(program.postgres, args, {
    ...spawnOptions(place),
    // A session of its own: Ctrl-C in the terminal must not stop it before Muster has finished.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let state: 'starting' | 'running' | 'stopping' = 'starting';

  // A last resort for a process that ends without `stop`; it cannot wait here.
  const endWithProcess = () => child.kill('SIGINT');
  process.once('exit', endWithProcess);

  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(`could not be run (${error.message})`);
    });
    child.once('exit', (code, signal) => {
      const how = `ended with ${signal ?? `code ${code}`}`;
      child.once('close', () => {
        resolve(how);
      });
      // After kill -9 a busy connection process can hold stderr open for as long as its query takes.
      setTimeout(resolve, 1000, how);
    });
  }).then((how) => {
    process.off('exit', endWithProcess);
    lines.close();
    options.ended();
    return how;
  });

  const running = new Promise<true>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.add(line);
      if (state === 'running' && alarming.test(line)) log(`PostgreSQL: ${line}`);
      if (ready.test(line)) resolve(true);
    });
  });
  const slow = setInterval(() => {
    log('PostgreSQL is still starting: it recovers what was not finished when it last stopped.');
  }, 10_000);
  const outcome = await Promise.race([running, gone]);
  clearInterval(slow);
  const explain = (how: string) =>
    new Fault(
      'unavailable',
      `The embedded PostgreSQL ${how}. Its last lines (all of them are in ${logFile}):\n${lines.lastLines()}`,
    );
  if (outcome !== true) throw explain(outcome);
  state = 'running';

  return {
    died: new Promise((resolve) => {
      void gone.then((how) => {
        if (state !== 'stopping') resolve(explain(how));
      });
    }),
    async stop() {
      state = 'stopping';
      const ended = await endServer(
        (signal) => child.kill(signal),
        (milliseconds) => settledWithin(milliseconds, gone),
      );
      if (!ended)
        throw new Fault('unavailable', `The embedded PostgreSQL (process ${child.pid}) cannot be stopped.`);
    },
  };
}

async function settledWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const settled = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}
