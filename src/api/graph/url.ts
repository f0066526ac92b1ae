import { quoted, refuse } from './violation.ts';

/**
 * A piece of a path. What stands in parentheses is a piece of its own, so that `x('1')`, `x(1)` and `x/1` differ only in
 * how sure it is that `1` is a key. Empty parentheses leave nothing.
 */
export type PathPiece =
  /** A name or a key, as written. `name` is it in lower case without `microsoft.graph.`. */
  | { readonly kind: 'segment'; readonly text: string; readonly name: string; readonly qualified: boolean }
  | { readonly kind: 'key'; readonly text: string }
  /** An alternate key or the parameters of a function; names in lower case. */
  | { readonly kind: 'named'; readonly values: ReadonlyMap<string, string> };

/** What a path's placeholders, casts and parentheses held. */
export interface PathMatch {
  /** One for each `{…}` of the template. An alternate key is a map. */
  readonly keys: readonly (string | ReadonlyMap<string, string>)[];
  /** The last `microsoft.graph.x` segment that is no operation. */
  readonly cast: string | undefined;
  /** Parameters of the function the path ends with. */
  readonly parameters: ReadonlyMap<string, string>;
}

const mostCharacters = 4000;
const prefix = 'microsoft.graph.';

/**
 * Reads a path below the service root, without host, version and query: double and trailing slashes do not count,
 * percent-encoding is undone. Throws `invalidInput` for what cannot be read.
 */
export function parsePath(path: string): PathPiece[] {
  if (path.length > mostCharacters)
    throw refuse('url', `The path is longer than ${mostCharacters} characters.`);
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .flatMap((segment) => parseSegment(decode(segment)));
}

/** A route's path, ready to be matched: `deviceManagement/deviceConfigurations/{id}/assignments`, names in any case. */
export interface PathTemplate {
  /** In lower case; a key is `{…}`. */
  readonly names: readonly string[];
  /** Written with parentheses at its end: a function, which takes parameters. */
  readonly isFunction: boolean;
}

export function pathTemplate(text: string): PathTemplate {
  return {
    names: text
      .replace(/\(.*\)$/, '')
      .toLowerCase()
      .split('/'),
    isFunction: text.endsWith(')'),
  };
}

/** Matches a path against a template. Undefined when they differ. */
export function matchPath(
  { names, isFunction }: PathTemplate,
  pieces: readonly PathPiece[],
): PathMatch | undefined {
  const keys: (string | ReadonlyMap<string, string>)[] = [];
  let cast: string | undefined;
  let next = 0;
  for (const name of [...names, undefined]) {
    for (let type = castAt(pieces[next], name); type !== undefined; type = castAt(pieces[next], name)) {
      cast = type;
      next++;
    }
    if (name === undefined) break;
    const piece = pieces[next++];
    if (name.startsWith('{')) {
      const key = keyOf(piece);
      if (key === undefined) return undefined;
      keys.push(key);
    } else if (piece?.kind !== 'segment' || piece.name !== name) {
      return undefined;
    }
  }
  const last = pieces[next];
  const parameters = isFunction && last?.kind === 'named' ? last.values : undefined;
  const end = parameters ? next + 1 : next;
  return end === pieces.length ? { keys, cast, parameters: parameters ?? new Map() } : undefined;
}

/** A qualified name is a cast unless the template has an operation of that name there. */
function castAt(piece: PathPiece | undefined, expected: string | undefined): string | undefined {
  return piece?.kind === 'segment' && piece.qualified && piece.name !== expected ? piece.text : undefined;
}

/** `$count`, `$ref` and the like are no keys, unless in parentheses. */
function keyOf(piece: PathPiece | undefined): string | ReadonlyMap<string, string> | undefined {
  if (piece?.kind === 'named') return piece.values;
  return piece?.kind === 'segment' && piece.text.startsWith('$') ? undefined : piece?.text;
}

function decode(segment: string): string {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw refuse('url', `The path segment ${quoted(segment)} is not percent-encoded UTF-8.`);
  }
  if (/\p{Cc}/u.test(text))
    throw refuse('url', `The path segment ${quoted(text)} has a control character in it.`);
  return text;
}

function parseSegment(text: string): PathPiece[] {
  const open = text.indexOf('(');
  if (open < 0) return [segmentOf(text)];
  if (open === 0 || !text.endsWith(')')) throw unreadable(text);
  return [segmentOf(text.slice(0, open)), ...parseParentheses(text.slice(open + 1, -1), text)];
}

function segmentOf(text: string): PathPiece {
  const qualified = text.toLowerCase().startsWith(prefix);
  return {
    kind: 'segment',
    text,
    name: (qualified ? text.slice(prefix.length) : text).toLowerCase(),
    qualified,
  };
}

function parseParentheses(inside: string, segment: string): PathPiece[] {
  if (inside.trim() === '') return [];
  const parts = splitList(inside);
  const first = parts[0]!;
  if (parts.length === 1 && !namedShape.test(first)) return [{ kind: 'key', text: literal(first, segment) }];
  const values = new Map<string, string>();
  for (const part of parts) {
    const [, name, value] = namedShape.exec(part) ?? [];
    if (name === undefined || value === undefined || values.has(name.toLowerCase()))
      throw unreadable(segment);
    values.set(name.toLowerCase(), literal(value, segment));
  }
  return [{ kind: 'named', values }];
}

const namedShape = /^\s*([A-Za-z_]\w*)\s*=(.*)$/s;

/** Splits at commas outside of quotes. A doubled quote closes and opens again, which comes to the same. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "'") isQuoted = !isQuoted;
    if (text[at] === ',' && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function literal(text: string, segment: string): string {
  const trimmed = text.trim();
  const quotedText = /^'((?:[^']|'')*)'$/.exec(trimmed)?.[1];
  if (quotedText !== undefined) return quotedText.replaceAll("''", "'");
  if (trimmed === '' || /['()]/.test(trimmed)) throw unreadable(segment);
  return trimmed;
}

function unreadable(segment: string) {
  return refuse(
    'url',
    `The path segment ${quoted(segment)} cannot be read. Write a key as ('key') or as a segment of its own.`,
  );
}
