import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { Fault } from '../kernel/fault.ts';
import { whyNoAnswer } from '../kernel/no-answer.ts';
import { readFleetSettings, type FleetOptions, type FleetSettings } from './fleet-options.ts';
import { stopSignal } from './stop-signal.ts';

/** A simulated device, as far as a fleet is concerned. */
interface FleetDevice {
  enroll(): Promise<void>;
  /** How many commands it got. */
  checkIn(): Promise<number>;
  isEnrolled(): boolean;
}

const enrollingAtOnce = 16;
/** Devices share keys: to make one for each takes long. */
const keysAtMost = 32;
const secondsBetweenLines = 5;
const secondsToStop = 5;
/** Names of simulated devices, which would make one problem look like many. */
const names = /\b(S[0-9A-Z]{11}|PC-[0-9A-F]{10})\b/g;

/** The simulated devices of a platform, as far as a fleet is concerned. */
interface DeviceModule<Request, Response, KeySource> {
  httpTransport(options: { readonly authorities?: string }): Disposable & {
    readonly send: (request: Request) => Promise<Response>;
  };
  keyPool(size: number): KeySource;
}

/** What each device of a fleet is made with. */
interface DeviceParts<Request, Response, KeySource> {
  readonly transport: (request: Request) => Promise<Response>;
  readonly random: (size: number) => Buffer;
  readonly clock: Clock;
  readonly newKeyPair: KeySource;
}

/**
 * Lets simulated devices enrol and call again and again, until a signal or the end; the answer is the exit code, 1 where none could enrol.
 * `load` loads the devices, which are not part of the server. Faults: `invalidInput` (an option), `unavailable`.
 */
export async function simulateFleet<Module, Request extends { readonly url: string }, Response, KeySource>(
  options: FleetOptions,
  load: () => Promise<Module & DeviceModule<Request, Response, KeySource>>,
  newDevice: (
    module: Module,
    parts: DeviceParts<Request, Response, KeySource>,
    enrollmentUrl: string,
  ) => FleetDevice,
): Promise<number> {
  const settings = await readFleetSettings(options);
  const { authorities, count, enrollmentUrl } = settings;
  const module = await loadDevices(load);
  using http = module.httpTransport(authorities === undefined ? {} : { authorities });
  const parts = {
    transport: (request: Request) => http.send({ ...request, url: redirected(request.url, settings) }),
    random: randomBytes,
    clock: systemClock,
    newKeyPair: module.keyPool(Math.min(count, keysAtMost)),
  };
  return await runFleet(settings, () => newDevice(module, parts, enrollmentUrl));
}

async function loadDevices<Module>(load: () => Promise<Module>): Promise<Module> {
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

/** The same path at the origin where the server is reached. */
function redirected(url: string, { origin }: FleetSettings): string {
  return origin === undefined ? url : `${origin}${url.slice(new URL(url).origin.length)}`;
}

async function runFleet(
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
        const problem = whyNoAnswer(error as Error).replaceAll(names, '…');
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
