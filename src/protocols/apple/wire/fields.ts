import { Fault } from '../../../kernel/fault.ts';
import { parsePlist } from '../../../kernel/plist/parse-plist.ts';
import { isPlistDict, shown, type PlistDict } from '../../../kernel/plist/plist-value.ts';

/** The dict that a message of a device is. Faults: `malformedBody`. */
export function readMessage(bytes: Uint8Array): PlistDict {
  const value = parsePlist(bytes);
  if (!isPlistDict(value)) throw malformed('The message is a property list, but not a dict');
  return value;
}

/** Undefined when the key is missing or its text is empty. Faults: `malformedBody` (another type, more than `longest` characters). */
export function textOf(dict: PlistDict, key: string, longest: number): string | undefined {
  const value = dict[key];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw malformed(`'${key}' is not a string`);
  if (value.length > longest) throw malformed(`'${key}' has more than ${longest} characters`);
  return value;
}

/** Faults: `malformedBody` (missing or empty, too). */
export function requiredText(dict: PlistDict, key: string, longest: number): string {
  return required(key, textOf(dict, key, longest));
}

/** A text for people, cut to `longest` characters. Faults: `malformedBody` (another type). */
export function nameOf(dict: PlistDict, key: string, longest: number): string | undefined {
  return textOf(dict, key, Infinity)?.slice(0, longest).toWellFormed();
}

/** Undefined when the key is missing or its data is empty. Faults: `malformedBody` (another type, more than `longest` octets). */
export function dataOf(dict: PlistDict, key: string, longest: number): Uint8Array | undefined {
  const value = dict[key];
  if (value === undefined) return undefined;
  if (!(value instanceof Uint8Array)) throw malformed(`'${key}' is not data`);
  if (value.length > longest) throw malformed(`'${key}' has more than ${longest} octets`);
  return value.length === 0 ? undefined : value;
}

/** Faults: `malformedBody` (missing or empty, too). */
export function requiredData(dict: PlistDict, key: string, longest: number): Uint8Array {
  return required(key, dataOf(dict, key, longest));
}

const words: Readonly<Record<string, boolean>> = { true: true, false: false };

/** Some clients write the words instead of the value. Undefined when the key is missing. Faults: `malformedBody`. */
export function booleanOf(dict: PlistDict, key: string): boolean | undefined {
  const value = dict[key];
  if (value === undefined || typeof value === 'boolean') return value;
  const meant = typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : undefined;
  if (meant === undefined) throw malformed(`'${key}' is neither true nor false`);
  return meant;
}

/** `problem` is a sentence without its full stop. */
export function malformed(problem: string): Fault {
  return new Fault('malformedBody', `${problem}.`);
}

/** What a device sent, short enough for a message about it. */
export function quoted(text: string): string {
  return `'${shown(text)}'`;
}

function required<Value>(key: string, value: Value | undefined): Value {
  if (value === undefined) throw malformed(`'${key}' is missing or empty`);
  return value;
}
