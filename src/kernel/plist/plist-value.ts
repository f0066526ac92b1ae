import type { XmlLimits } from '../xml/read-xml.ts';

/**
 * What a property list holds. `data` is a Uint8Array; an integer is a bigint only beyond ±(2^53 − 1). JavaScript has one kind of number, so a
 * real that is whole (`<real>2.0</real>`) and an integer are the same.
 */
export type PlistValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | readonly PlistValue[]
  | PlistDict;

/** What is read has no prototype, so that `__proto__` is a key like any other. */
export interface PlistDict {
  readonly [key: string]: PlistValue;
}

/**
 * For either form. `depth` counts arrays and dicts inside each other, `elements` all values and keys. What a binary list holds counts as
 * often as it is referred to: it must stay within the limits when written out.
 */
export const plistLimits: XmlLimits = { bytes: 16 * 1024 * 1024, depth: 64, elements: 250_000 };

export function isPlistDict(value: PlistValue): value is PlistDict {
  return (
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

export function isPlistArray(value: PlistValue): value is readonly PlistValue[] {
  return Array.isArray(value);
}

/** The integers that Apple's property lists hold: 64 bits, with or without a sign. */
export function isPlistInteger(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 64n;
}

export function integerOf(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Whether a date has the four digits of a year that XML lists write. */
export function isPlistDate(date: Date): boolean {
  return date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999;
}

/** A character that XML cannot hold: control characters, halves of surrogate pairs, U+FFFE, U+FFFF. */
export function unholdable(text: string): string | undefined {
  const found = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text)?.[0];
  return found && `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A key as a message shows it. */
export function shown(key: string): string {
  return JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key).slice(1, -1);
}
