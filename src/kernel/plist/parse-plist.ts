import { parseBinaryPlist } from './binary-plist.ts';
import type { PlistValue } from './plist-value.ts';
import { readFlatPlist } from './flat-plist.ts';
import { parseXmlPlist } from './xml-plist.ts';

/**
 * Reads an Apple property list, XML or binary by its first bytes, from somebody who may be hostile. It takes what Apple's tools write and
 * nothing that readers could disagree about: no duplicate keys, no stray text, no sloppy numbers, dates or Base64, nothing after the end. All
 * that is read can be written by `writePlist`, so a string holds no NUL or half of a character in either form.
 *
 * Throws `malformedBody` with line and column, or the byte in a binary list.
 */
export function parsePlist(bytes: Uint8Array): PlistValue {
  return readFlatPlist(bytes) ?? (isBinaryPlist(bytes) ? parseBinaryPlist(bytes) : parseXmlPlist(bytes));
}

export function isBinaryPlist(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 6)) === 'bplist';
}
