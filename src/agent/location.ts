import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { validator } from '../kernel/schema.ts';

const Place = Type.Object({
  latitude: Type.Number({ minimum: -90, maximum: 90 }),
  longitude: Type.Number({ minimum: -180, maximum: 180 }),
  accuracy: Type.Optional(Type.Number({ minimum: 0, maximum: 40_000_000 })),
});

const place = validator(Place);

/** Where an administrator of the machine says that it is told: the agent reads no sensor by itself. */
export interface LocationSource {
  readonly file?: string;
  readonly command?: string;
}

/** `{"latitude", "longitude", "accuracy"?}` of a file, or as a program prints it. Undefined where nothing was set up. Faults: `invalidInput`. */
export async function readLocation(
  { file, command }: LocationSource,
  signal: AbortSignal,
): Promise<object | undefined> {
  if (file !== undefined) return place.read(parse(await readFile(file, 'utf8')));
  return command === undefined ? undefined : place.read(parse(await printed(command, signal)));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Error(`The location is no JSON: ${(cause as Error).message}`, { cause });
  }
}

function printed(command: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: 30_000, maxBuffer: 64 * 1024, killSignal: 'SIGKILL' as const, signal };
    execFile(command, [], { ...limits, windowsHide: true }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}
