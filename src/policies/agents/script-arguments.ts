import { fillIn, type FilledText, type PlaceholderSource } from './placeholders.ts';

/** What a script is called with, or why it cannot be, for people. */
export type ScriptArguments = { readonly list: readonly string[] } | { readonly error: string };

/**
 * The arguments of a script on one device. They are taken apart before placeholders are filled in, so that what a device or a user calls
 * itself is always a part of one argument, whatever is in it.
 */
export function argumentsOn(text: string | undefined, source: PlaceholderSource): ScriptArguments {
  const words = splitArguments(text ?? '');
  if ('error' in words) return words;
  const filled = words.list.map((word) => fillIn(word, source));
  const errors = filled.flatMap((word) => ('error' in word ? [word.error] : []));
  if (errors.length > 0) return { error: `The arguments cannot be filled in: ${errors.join(' ')}` };
  return { list: filled.flatMap((word) => ('text' in word ? [word.text] : [])) };
}

/** The arguments as one text with placeholders filled in, as Applivery tells them; undefined where that is not possible. */
export function processedArguments(text: string | undefined, source: PlaceholderSource): string | undefined {
  if (text === undefined) return undefined;
  const filled: FilledText = fillIn(text, source);
  return 'text' in filled ? filled.text : undefined;
}

const space = /\s/;

/**
 * Takes arguments apart at white space, but not within `'…'`, `"…"` or `{{…}}`. Within `"…"` `\"` is a quotation mark; anywhere else a
 * backslash stands for itself, as in `C:\Temp`.
 */
export function splitArguments(text: string): ScriptArguments {
  const list: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (space.test(character)) {
      if (word !== undefined) list.push(word);
      word = undefined;
      at += 1;
    } else if (character === '"' || character === "'") {
      const quoted = quotedAt(text, at);
      if (!quoted) return { error: `The arguments have a ${character} that does not end.` };
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else {
      const end = endOfPlaceholder(text, at);
      word = (word ?? '') + text.slice(at, end);
      at = end;
    }
  }
  return { list: word === undefined ? list : [...list, word] };
}

function quotedAt(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const mark = text[start]!;
  let quoted = '';
  for (let at = start + 1; at < text.length;) {
    if (text[at] === mark) return { text: quoted, end: at + 1 };
    if (mark === '"' && text.startsWith('\\"', at)) {
      quoted += '"';
      at += 2;
      continue;
    }
    const end = endOfPlaceholder(text, at);
    quoted += text.slice(at, end);
    at = end;
  }
  return undefined;
}

/** Behind the placeholder that begins here, or behind the one character. */
function endOfPlaceholder(text: string, at: number): number {
  if (!text.startsWith('{{', at)) return at + 1;
  const end = text.indexOf('}}', at + 2);
  return end < 0 ? at + 1 : end + 2;
}
