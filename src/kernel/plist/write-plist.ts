import { invalidInput } from '../fault.ts';
import { joinPath } from '../json.ts';
import {
  isPlistDate,
  isPlistInteger,
  plistLimits,
  shown,
  unholdable,
  type PlistValue,
} from './plist-value.ts';

const asReal: unique symbol = Symbol('real');

/** A number that is written as a real even where it is whole. */
export interface PlistReal {
  readonly [asReal]: number;
}

/** What can be written: what can be read, and reals that say so. */
export type WritablePlist =
  | PlistValue
  | PlistReal
  | readonly WritablePlist[]
  | { readonly [key: string]: WritablePlist };

/** For keys whose type is real: JavaScript does not tell 2.0 from 2, and `<integer>` would be written. */
export function plistReal(value: number): PlistReal {
  return { [asReal]: value };
}

/**
 * An XML property list as Apple's tools write it: tabs, Base64 in lines, keys in the order given (JavaScript puts those that are array indexes
 * first). The same value gives the same text. Dates lose their milliseconds. `parsePlist` reads all that is written.
 *
 * Throws `invalidInput` with the path of what a list cannot hold: a control character, an integer of more than 64 bits, a date outside of the
 * years 0 to 9999, more than 64 levels.
 */
export function writePlist(value: WritablePlist): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
  ];
  write(value, { lines, depth: 0, path: '' });
  lines.push('</plist>', '');
  return lines.join('\n');
}

interface Place {
  readonly lines: string[];
  readonly depth: number;
  readonly path: string;
}

function write(value: WritablePlist, place: Place): void {
  const { lines, depth } = place;
  const indent = '\t'.repeat(depth);
  if (typeof value === 'string') lines.push(`${indent}<string>${escaped(value, place)}</string>`);
  else if (typeof value === 'boolean') lines.push(`${indent}<${value}/>`);
  else if (typeof value === 'number' || typeof value === 'bigint') {
    lines.push(`${indent}${numeric(value, place)}`);
  } else if (isReal(value)) lines.push(`${indent}<real>${realText(value[asReal])}</real>`);
  else if (value instanceof Date) lines.push(`${indent}<date>${dateText(value, place)}</date>`);
  else if (value instanceof Uint8Array) {
    lines.push(`${indent}<data>`);
    for (const line of base64Lines(value, depth)) lines.push(line);
    lines.push(`${indent}</data>`);
  } else if (depth >= plistLimits.depth) {
    throw refusal(place, `is nested more than ${plistLimits.depth} levels deep`);
  } else if (isArray(value)) {
    writeContainer('array', value.length, place, (inner) => {
      for (const [index, item] of value.entries()) {
        write(item, { ...inner, path: `${place.path}[${index}]` });
      }
    });
  } else {
    const entries = Object.entries(value);
    writeContainer('dict', entries.length, place, (inner) => {
      for (const [key, item] of entries) {
        const member = { ...inner, path: joinPath(place.path, shown(key)) };
        lines.push(`${indent}\t<key>${escaped(key, member)}</key>`);
        write(item, member);
      }
    });
  }
}

function isReal(value: object): value is PlistReal {
  return asReal in value;
}

function isArray(value: object): value is readonly WritablePlist[] {
  return Array.isArray(value);
}

function writeContainer(
  name: string,
  size: number,
  { lines, depth, path }: Place,
  members: (inner: Place) => void,
): void {
  const indent = '\t'.repeat(depth);
  if (size === 0) {
    lines.push(`${indent}<${name}/>`);
    return;
  }
  lines.push(`${indent}<${name}>`);
  members({ lines, depth: depth + 1, path });
  lines.push(`${indent}</${name}>`);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** A carriage return that is written as it is would be read as a line feed. */
function escaped(text: string, place: Place): string {
  const character = unholdable(text);
  if (character) throw refusal(place, `contains ${character}, which a property list cannot hold`);
  return text.replaceAll(/[&<>\r]/g, (found) => escapes[found]!);
}

function numeric(value: number | bigint, place: Place): string {
  if (typeof value === 'bigint') {
    if (!isPlistInteger(value)) throw refusal(place, 'is an integer of more than 64 bits');
    return `<integer>${value}</integer>`;
  }
  return Number.isSafeInteger(value) && !Object.is(value, -0)
    ? `<integer>${value}</integer>`
    : `<real>${realText(value)}</real>`;
}

function realText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return `${value > 0 ? '+' : '-'}infinity`;
  if (Object.is(value, -0)) return '-0.0';
  return Number.isSafeInteger(value) ? `${value}.0` : `${value}`;
}

function dateText(value: Date, place: Place): string {
  if (!isPlistDate(value)) throw refusal(place, 'is not a date of the years 0 to 9999');
  return value.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Lines end at column 76, a tab being eight; from the eighth level on they are not moved further. */
function base64Lines(bytes: Uint8Array, depth: number): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  const tabs = Math.min(depth, 8);
  const width = 76 - 8 * tabs;
  return Array.from(
    { length: Math.ceil(text.length / width) },
    (_, line) => '\t'.repeat(tabs) + text.slice(line * width, (line + 1) * width),
  );
}

function refusal({ path }: Place, message: string) {
  return invalidInput([{ path: path || 'value', message }]);
}
