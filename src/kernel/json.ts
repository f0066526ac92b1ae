import { Fault, invalidInput, type Violation } from './fault.ts';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const deepest = 64;

/**
 * Reads JSON and refuses what `JSON.parse` would silently change or a database could not store: duplicate keys, `__proto__`,
 * NUL characters, halves of surrogate pairs, integers beyond 2^53, numbers that overflow, and more than 64 levels.
 */
export function parseJson(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new Fault(
      'malformedBody',
      `The body is not valid JSON: ${withoutSnippet((error as Error).message)}.`,
    );
  }
  refuseDuplicateKeys(text);
  const violations: Violation[] = [];
  collectUnstorable(value, '', violations);
  if (violations.length > 0) throw invalidInput(violations);
  return value;
}

/** What the parser says, without the piece of the body that it quotes: there may be a secret in it. */
function withoutSnippet(message: string): string {
  return /^(Unexpected token '.'|[^"]*)/su.exec(message)![0].replace(/[,\s]*(\.\.\.)?$/, '');
}

/** Walks JSON that is known to be well formed: only strings and braces matter. */
function refuseDuplicateKeys(text: string): void {
  const keysOfOpenObjects: (Set<string> | undefined)[] = [];
  let keyExpected = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      if (keysOfOpenObjects.length >= deepest) {
        throw new Fault('malformedBody', `The body is nested more than ${deepest} levels deep.`);
      }
      keysOfOpenObjects.push(character === '{' ? new Set() : undefined);
      keyExpected = character === '{';
    } else if (character === '}' || character === ']') {
      keysOfOpenObjects.pop();
      keyExpected = false;
    } else if (character === ',') {
      keyExpected = keysOfOpenObjects.at(-1) !== undefined;
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (keyExpected) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        const keys = keysOfOpenObjects.at(-1);
        if (keys?.has(key)) {
          throw new Fault('malformedBody', `The key '${printable(key)}' appears twice in the same object.`);
        }
        if (key === '__proto__') throw new Fault('malformedBody', `The key '__proto__' is not allowed.`);
        keys?.add(key);
        keyExpected = false;
      }
      at = end;
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function collectUnstorable(value: Json, path: string, violations: Violation[]): void {
  if (typeof value === 'string') {
    const message = unstorableText(value);
    if (message) violations.push({ path: path || 'body', message });
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) violations.push({ path: path || 'body', message: 'is too large a number' });
    else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      violations.push({
        path: path || 'body',
        message: 'is an integer beyond 2^53 and would lose digits; send it as a string',
      });
    }
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => collectUnstorable(item, `${path}[${index}]`, violations));
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      const itemPath = joinPath(path, printable(key));
      const message = unstorableText(key);
      if (message) violations.push({ path: itemPath, message: `has a name that ${message}` });
      collectUnstorable(item, itemPath, violations);
    }
  }
}

/** Says why PostgreSQL could not store this text, or nothing. */
export function unstorableText(text: string): string | undefined {
  if (text.includes('\0')) return 'contains a NUL character';
  if (!text.isWellFormed()) return 'contains half of a surrogate pair, which is no character';
  return undefined;
}

function printable(text: string): string {
  return text.replaceAll('\0', '\\u0000').toWellFormed().slice(0, 128);
}

/** `a.b[0].c`: how violations name a place. */
export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
