import { build, parse } from 'plist';

export type PlistValue = string | number | boolean | Date | Uint8Array | readonly PlistValue[] | PlistDict;

export interface PlistDict {
  readonly [key: string]: PlistValue;
}

/** Reads a property list, XML or binary. */
export function readPlist(bytes: Uint8Array): PlistValue {
  const isBinary = Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'bplist';
  const text = Buffer.from(bytes).toString();
  // The package takes other forms than XML, too, which Apple's devices do not.
  if (!isBinary && !text.trimStart().startsWith('<')) throw new Error('this is no property list');
  const value = parse(isBinary ? bytes : text) as PlistValue | null;
  if (value === null) throw new Error('the property list is empty');
  return value;
}

/** Reads a property list that is a dictionary. */
export function readDict(bytes: Uint8Array): PlistDict {
  const value = readPlist(bytes);
  if (!isDict(value)) throw new Error('the property list is not a dictionary');
  return value;
}

export function writePlist(value: PlistDict): Buffer {
  return Buffer.from(`${build(value as Parameters<typeof build>[0], { pretty: true })}\n`);
}

export function isDict(value: unknown): value is PlistDict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

/** The text under a key; undefined where there is none or something else. */
export function textIn(dict: PlistDict, key: string): string | undefined {
  const value = dict[key];
  return typeof value === 'string' ? value : undefined;
}

export function dataIn(dict: PlistDict, key: string): Buffer | undefined {
  const value = dict[key];
  return value instanceof Uint8Array ? Buffer.from(value) : undefined;
}

export function textsIn(dict: PlistDict, key: string): readonly string[] | undefined {
  const value = dict[key];
  if (!Array.isArray(value)) return undefined;
  return (value as readonly PlistValue[]).filter((item) => typeof item === 'string');
}

/** Without the keys that have no value. */
export function dict(entries: Readonly<Record<string, PlistValue | undefined>>): PlistDict {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, PlistValue] => entry[1] !== undefined),
  );
}
