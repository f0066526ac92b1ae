import { quoted, refuse } from '../violation.ts';

export type Token = (
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'dateTime' | 'guid' | 'word'; readonly value: string }
  /** `microsoft.graph.appListType'none'` */
  | { readonly kind: 'enum'; readonly type: string; readonly value: string }
  | { readonly kind: '(' | ')' | ',' | '/' | ':' | 'end' }
) & {
  /** Where it begins in the text, from 1. */
  readonly at: number;
};

const mostCharacters = 8000;

// The plus of an offset may have become a space on its way through a form-decoder.
const dateTimeShape = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+\- ]\d\d:\d\d)/iy;
const guidShape = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])/iy;
const numberShape = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/iy;
const stringShape = /'[^']*(?:''[^']*)*'/y;
const wordShape = /[A-Za-z_$@][\w.]*/y;
const space = /\s+/y;

/** Cuts the text of `$filter` or `$orderby` into tokens, the last of them `end`. */
export function tokenize(option: string, text: string): Token[] {
  if (text.length > mostCharacters) {
    throw refuse(option, `'${option}' is longer than ${mostCharacters} characters.`);
  }
  const tokens: Token[] = [];
  let start = skipSpace(text, 0);
  while (start < text.length) {
    const [token, length] = nextToken(option, text, start);
    tokens.push(token);
    start = skipSpace(text, start + length);
  }
  return [...tokens, { kind: 'end', at: start + 1 }];
}

function nextToken(option: string, text: string, start: number): [token: Token, length: number] {
  const at = start + 1;
  const mark = text[start]!;
  if (mark === '(' || mark === ')' || mark === ',' || mark === '/' || mark === ':')
    return [{ kind: mark, at }, 1];
  const string = matchAt(stringShape, text, start);
  if (string) return [{ kind: 'string', value: unquote(string), at }, string.length];
  const dateTime = matchAt(dateTimeShape, text, start);
  if (dateTime) return [{ kind: 'dateTime', value: dateTime.replace(' ', '+'), at }, dateTime.length];
  const guid = matchAt(guidShape, text, start);
  if (guid) return [{ kind: 'guid', value: guid, at }, guid.length];
  const number = matchAt(numberShape, text, start);
  if (number) return [{ kind: 'number', value: Number(number), at }, number.length];
  const word = matchAt(wordShape, text, start);
  if (!word) {
    throw refuse(
      option,
      `'${option}' cannot be read at character ${at}: ${quoted(text.slice(start, start + 20))}.`,
    );
  }
  const member = matchAt(stringShape, text, start + word.length);
  if (!member) return [{ kind: 'word', value: word, at }, word.length];
  return [{ kind: 'enum', type: word, value: unquote(member), at }, word.length + member.length];
}

function matchAt(shape: RegExp, text: string, start: number): string | undefined {
  shape.lastIndex = start;
  return shape.exec(text)?.[0];
}

function skipSpace(text: string, start: number): number {
  return start + (matchAt(space, text, start)?.length ?? 0);
}

function unquote(literal: string): string {
  return literal.slice(1, -1).replaceAll("''", "'");
}
