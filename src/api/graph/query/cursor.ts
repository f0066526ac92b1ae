import { refuse } from '../violation.ts';
import { described, type Scope } from './check.ts';
import { tokenize, type Token } from './tokens.ts';

/** The tokens of an option and how far they are read. Lives for one parse. */
export interface Cursor {
  readonly scope: Scope;
  readonly tokens: readonly Token[];
  next: number;
}

export function cursorOver(scope: Scope, text: string): Cursor {
  return { scope, tokens: tokenize(scope.option, text), next: 0 };
}

/** The next token; at the end, the end. */
export function peek(cursor: Cursor): Token {
  return cursor.tokens[Math.min(cursor.next, cursor.tokens.length - 1)]!;
}

export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.next++;
  return token;
}

/** Takes the next token if it is one of the words, in any case. */
export function takeWord<const Word extends string>(
  cursor: Cursor,
  words: readonly Word[],
): Word | undefined {
  const token = peek(cursor);
  const word = token.kind === 'word' ? words.find((known) => known === token.value.toLowerCase()) : undefined;
  if (word) cursor.next++;
  return word;
}

export function takeMark(cursor: Cursor, mark: '(' | ')' | ',' | '/'): boolean {
  if (peek(cursor).kind !== mark) return false;
  cursor.next++;
  return true;
}

export function expectMark(cursor: Cursor, mark: '(' | ')' | ','): void {
  if (!takeMark(cursor, mark)) throw unexpected(cursor, `'${mark}'`);
}

/** The names of a path, at least one. */
export function parseNames(cursor: Cursor): string[] {
  const names: string[] = [];
  do {
    const token = take(cursor);
    if (token.kind !== 'word') throw unexpectedToken(cursor, token, 'a property');
    names.push(token.value);
  } while (takeMark(cursor, '/'));
  return names;
}

export function unexpected(cursor: Cursor, expected: string) {
  return unexpectedToken(cursor, peek(cursor), expected);
}

export function unexpectedToken({ scope }: Cursor, token: Token, expected: string) {
  return refuse(scope.option, `'${scope.option}' expects ${expected}, not ${described(token)}.`);
}
