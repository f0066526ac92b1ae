import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../kernel/fault.ts';
import { stopSignal } from './stop-signal.ts';

/** What the command line says of a fleet, whatever it is of. */
export interface FleetOptions {
  count: string;
  interval: string;
  for?: string;
  url?: string;
  ca?: string;
}

/** What the devices of a fleet have in common. */
export interface FleetSettings {
  readonly count: number;
  /** Seconds between two calls of a device, about. */
  readonly interval: number;
  /** Seconds after which all ends. */
  readonly duration: number | undefined;
  /** Where the server is reached, in place of where it says that it is. */
  readonly origin: string | undefined;
  /** PEM. */
  readonly authorities: string | undefined;
}

/** A simulated device, as far as a fleet is concerned. */
export interface FleetDevice {
  enroll(): Promise<void>;
  /** How many commands it got. */
  checkIn(): Promise<number>;
  isEnrolled(): boolean;
}

export const most = 10_000;
const enrollingAtOnce = 16;
const keysAtMost = 32;
const secondsBetweenLines = 5;
const secondsToStop = 5;
/** Names of simulated devices, which would make one problem look like many. */
const names = /\b(S[0-9A-Z]{11}|PC-[0-9A-F]{10})\b/g;

/** Loads what only this command needs, and what is not part of the server. */
export async function loadDevices<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new Fault(
      'unavailable',
      'The simulated devices are not installed. They are in a checkout of Muster after `npm ci`, not in an installation without development packages.',
      { cause },
    );
  }
}

/** How many keys the devices of a fleet share: to make one for each takes long. */
export function keysOf({ count }: FleetSettings): number {
  return Math.min(count, keysAtMost);
}

/** Lets devices enrol and call again and again, until a signal or the end; the answer is the exit code, 1 where none could enrol. */
export async function runFleet(
  { count, interval, duration }: FleetSettings,
  newDevice: () => FleetDevice,
): Promise<number> {
  const stopping = new AbortController();
  const { signal } = stopping;
  void stopSignal().then((name) => {
    print(`Stopping (${name}).`);
    stopping.abort();
  });
  if (duration !== undefined) void wait(duration, signal).then(() => stopping.abort());
  const report = newReport(count);

  const lives: Promise<void>[] = [];
  let left = count;
  async function enrolOneAfterAnother(): Promise<void> {
    while (!signal.aborted && left-- > 0) {
      const device = newDevice();
      if (await report.attempt('refused', () => device.enroll())) {
        report.counts.enrolled += 1;
        lives.push(live(device));
      }
    }
  }

  async function live(device: FleetDevice): Promise<void> {
    do {
      await report.attempt('failed', async () => {
        report.counts.commands += await device.checkIn();
        report.counts.checkIns += 1;
      });
    } while (device.isEnrolled() && (await wait(interval * (0.8 + 0.4 * Math.random()), signal)));
    if (!device.isEnrolled()) report.counts.gone += 1;
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

/** Faults: `invalidInput`, `unavailable`. */
export async function readFleetSettings(options: FleetOptions): Promise<FleetSettings> {
  const count = Number(options.count);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw wrongOption('--count', options.count, `a number from 1 to ${most}`);
  }
  const interval = Number(options.interval);
  if (!(interval > 0 && interval <= 86_400)) {
    throw wrongOption('--interval', options.interval, 'seconds, at most 86400');
  }
  const duration = options.for === undefined ? undefined : Number(options.for);
  if (duration !== undefined && !(duration > 0 && duration <= 2_000_000)) {
    throw wrongOption('--for', options.for!, 'seconds');
  }
  if (options.url !== undefined && !URL.canParse(options.url)) {
    throw wrongOption('--url', options.url, 'an origin, such as https://localhost:8443');
  }
  const origin = options.url === undefined ? undefined : new URL(options.url).origin;
  const authorities = options.ca === undefined ? undefined : await readAuthorities(options.ca);
  return { count, interval, duration, origin, authorities };
}

export function readEnrollmentUrl(url: string): string {
  if (!URL.canParse(url)) throw wrongOption('--enrollment-url', url, 'a URL');
  return url;
}

export function wrongOption(option: string, given: string, right: string): Fault {
  return new Fault('invalidInput', `${option} is '${given}'. It must be ${right}.`);
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

/** The same path at the origin where the server is reached. */
export function redirected(url: string, { origin }: FleetSettings): string {
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
        const problem = (error as Error).message.replaceAll(names, '…');
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
