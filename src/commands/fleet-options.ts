import { readFile } from 'node:fs/promises';
import { Fault } from '../kernel/fault.ts';

export const most = 10_000;

/** What the command line says of a fleet, whatever it is of. */
export interface FleetOptions {
  enrollmentUrl: string;
  count: string;
  interval: string;
  for?: string;
  url?: string;
  ca?: string;
}

/** What the devices of a fleet have in common. */
export interface FleetSettings {
  readonly enrollmentUrl: string;
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

/** Faults: `invalidInput`, `unavailable`. */
export async function readFleetSettings(options: FleetOptions): Promise<FleetSettings> {
  const { enrollmentUrl } = options;
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
  if (!URL.canParse(enrollmentUrl)) throw wrongOption('--enrollment-url', enrollmentUrl, 'a URL');
  return { enrollmentUrl, count, interval, duration, origin, authorities };
}

/** Faults: `invalidInput`. */
export function oneOf<Name extends string>(names: readonly Name[], option: string, given: string): Name {
  const name = names.find((one) => one === given);
  if (name === undefined) throw wrongOption(option, given, names.join(', '));
  return name;
}

function wrongOption(option: string, given: string, right: string): Fault {
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
