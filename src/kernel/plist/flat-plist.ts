import type { PlistDict, PlistValue } from './plist-value.ts';

const longest = 4_096;

const head =
  /^<\?xml version="1\.0" encoding="UTF-8"\?>[ \t\r\n]*<!DOCTYPE plist PUBLIC "-\/\/Apple\/\/DTD PLIST 1\.0\/\/EN" "http:\/\/www\.apple\.com\/DTDs\/PropertyList-1\.0\.dtd">[ \t\r\n]*<plist version="1\.0">[ \t\r\n]*<dict>/;
const entry =
  /[ \t\r\n]*<key>([ !-%'-;=?-~]*)<\/key>[ \t\r\n]*(?:<string>([ !-%'-;=?-~]*)<\/string>|<(true|false)\/>)/y;
const foot = /[ \t\r\n]*<\/dict>[ \t\r\n]*<\/plist>[ \t\r\n]*$/y;

/**
 * Reads the one shape that most messages of devices have: a short dict of texts in ASCII and truth values, as Apple writes it. Of that it makes
 * what `parseXmlPlist` makes, in a quarter of the time; undefined for everything else, right or wrong, which is then read by that.
 */
export function readFlatPlist(bytes: Uint8Array): PlistDict | undefined {
  if (bytes.length > longest) return undefined;
  // An octet that is not ASCII becomes a character that no pattern takes.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let at = head.exec(text)?.[0].length;
  if (at === undefined) return undefined;
  const entries = Object.create(null) as Record<string, PlistValue>;
  for (let found; (found = matchAt(entry, text, at)); at += found[0].length) {
    const [, key = '', string, truth] = found;
    if (key in entries) return undefined;
    entries[key] = string ?? truth === 'true';
  }
  return matchAt(foot, text, at) ? entries : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
