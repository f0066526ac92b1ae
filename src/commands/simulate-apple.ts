import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { systemClock } from '../kernel/clock.ts';
import { Fault } from '../kernel/fault.ts';
import { stopSignal } from './stop-signal.ts';

interface SimulateOptions {
  enrollmentUrl: string;
  count: string;
  kind: string;
  interval: string;
  for?: string;
  url?: string;
  ca?: string;
}

const kinds = ['mac', 'iphone', 'ipad'] as const;
const most = 10_000;
const enrollingAtOnce = 16;
const keysAtMost = 32;
const secondsBetweenLines = 5;
const secondsToStop = 5;

export function addSimulateCommands(program: Command): void {
  const simulate = program.command('simulate').description('Simulated devices, to try a server with');

  simulate
    .command('apple')
    .description('Enrol simulated Apple devices, and let them check in until Ctrl-C')
    .requiredOption('--enrollment-url <url>', 'URL of the enrolment profile, as an enrolment has it')
    .option('--count <number>', `how many devices, at most ${most}`, '10')
    .option('--kind <kind>', kinds.join(', '), 'mac')
    .option('--interval <seconds>', 'how often each checks in, about', '60')
    .option('--for <seconds>', 'end after so long, in place of Ctrl-C')
    .option('--url <origin>', "the server's origin, where it is not the one that the profile names")
    .option('--ca <file>', 'PEM of the authority of its certificate, such as data/tls/ca.pem')
    .action(async (options: SimulateOptions) => {
      process.exitCode = await simulateApple(options);
    });
}

/** Only this command needs them, and they are not part of the server. */
async function loadDevices() {
  try {
    return await import('../../test/simulated-devices/apple/index.ts');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new Fault(
      'unavailable',
      'The simulated devices are not installed. They are in a checkout of Muster after `npm ci`, not in an installation without development packages.',
      { cause },
    );
  }
}

/** Runs until a signal; the answer is the exit code, 1 where no device could enrol. */
async function simulateApple(options: SimulateOptions): Promise<number> {
  const settings = await readSettings(options);
  const { httpTransport, keyPool, simulatedDevice } = await loadDevices();
  const stopping = new AbortController();
  const { signal } = stopping;
  void stopSignal().then((name) => {
    print(`Stopping (${name}).`);
    stopping.abort();
  });

  if (settings.duration !== undefined) {
    void wait(settings.duration, signal).then(() => stopping.abort());
  }

  using http = httpTransport(settings.authorities === undefined ? {} : { authorities: settings.authorities });
  const newKeyPair = keyPool(Math.min(settings.count, keysAtMost));
  const report = newReport(settings.count);
  const newDevice = () =>
    simulatedDevice({
      hardware: { kind: settings.kind },
      transport: (request) => http.send({ ...request, url: redirected(request.url, settings.origin) }),
      random: randomBytes,
      clock: systemClock,
      newKeyPair,
    });

  const lives: Promise<void>[] = [];
  let left = settings.count;
  async function enrolOneAfterAnother(): Promise<void> {
    while (!signal.aborted && left-- > 0) {
      const device = newDevice();
      if (await report.attempt('refused', () => device.enroll(settings.enrollmentUrl))) {
        report.counts.enrolled += 1;
        lives.push(live(device));
      }
    }
  }

  async function live(device: ReturnType<typeof newDevice>): Promise<void> {
    do {
      await report.attempt('failed', async () => {
        const received = await device.checkIn();
        report.counts.checkIns += 1;
        report.counts.commands += received.length;
      });
    } while (
      device.state.enrollment &&
      (await wait(settings.interval * (0.8 + 0.4 * Math.random()), signal))
    );
    if (!device.state.enrollment) report.counts.gone += 1;
  }

  const enrolling = Promise.all(Array.from({ length: enrollingAtOnce }, enrolOneAfterAnother));
  void enrolling.then(report.tellNews);
  const reporting = reportEvery(report, signal);
  await Promise.race([enrolling, stopped(signal)]);
  if (report.counts.enrolled === 0 && !signal.aborted) {
    stopping.abort();
    return 1;
  }
  await Promise.race([Promise.all(lives), stopped(signal)]);
  stopping.abort();
  await reporting;
  print(report.line());
  return 0;
}

async function readSettings(options: SimulateOptions) {
  const { enrollmentUrl } = options;
  const kind = kinds.find((one) => one === options.kind);
  if (!kind) throw wrong('--kind', `'${options.kind}'`, kinds.join(', '));
  const count = Number(options.count);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw wrong('--count', `'${options.count}'`, `a number from 1 to ${most}`);
  }
  const interval = Number(options.interval);
  if (!(interval > 0 && interval <= 86_400)) {
    throw wrong('--interval', `'${options.interval}'`, 'seconds, at most 86400');
  }
  const duration = options.for === undefined ? undefined : Number(options.for);
  if (duration !== undefined && !(duration > 0 && duration <= 2_000_000)) {
    throw wrong('--for', `'${options.for}'`, 'seconds');
  }
  if (!URL.canParse(enrollmentUrl)) throw wrong('--enrollment-url', `'${enrollmentUrl}'`, 'a URL');
  if (options.url !== undefined && !URL.canParse(options.url)) {
    throw wrong('--url', `'${options.url}'`, 'an origin, such as https://localhost:8443');
  }
  const origin = options.url === undefined ? undefined : new URL(options.url).origin;
  const authorities = options.ca === undefined ? undefined : await readAuthorities(options.ca);
  return { enrollmentUrl, kind, count, interval, duration, origin, authorities };
}

function wrong(option: string, given: string, right: string): Fault {
  return new Fault('invalidInput', `${option} is ${given}. It must be ${right}.`);
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault('unavailable', `The file of --ca cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function redirected(url: string, origin: string | undefined): string {
  return origin === undefined ? url : `${origin}${url.slice(new URL(url).origin.length)}`;
}

/** Counts what happens, and prints each problem the first time. */
function newReport(count: number) {
  const counts = { enrolled: 0, refused: 0, checkIns: 0, commands: 0, failed: 0, gone: 0 };
  const told = new Set<string>();
  const line = () =>
    `enrolled ${counts.enrolled} of ${count}, refused ${counts.refused}, check-ins ${counts.checkIns}, commands ${counts.commands}, failed ${counts.failed}, gone ${counts.gone}`;
  let last = '';
  return {
    counts,
    line,
    /** Prints the counts where they are others than the last time. */
    tellNews: () => {
      const next = line();
      if (next !== last) print(next);
      last = next;
    },
    /** False where the work threw. */
    async attempt(kind: 'refused' | 'failed', work: () => Promise<void>): Promise<boolean> {
      try {
        await work();
        return true;
      } catch (error) {
        counts[kind] += 1;
        // The names of devices would make one problem look like many.
        const problem = (error as Error).message.replaceAll(/\bS[0-9A-Z]{11}\b/g, '…');
        if (told.size < 20 && !told.has(problem)) {
          told.add(problem);
          print(`${kind}: ${problem}`);
        }
        return false;
      }
    },
  };
}

async function reportEvery({ tellNews }: ReturnType<typeof newReport>, signal: AbortSignal): Promise<void> {
  while (await wait(secondsBetweenLines, signal)) tellNews();
}

/** False as soon as it is to stop. */
async function wait(seconds: number, signal: AbortSignal): Promise<boolean> {
  await pause(seconds * 1_000, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}

/** Resolves some time after the signal: what is under way may end by itself. */
async function stopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
  }
  await pause(secondsToStop * 1_000, undefined, { ref: false });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
