import { Fault } from '../kernel/fault.ts';
import type { SentQuery } from './dialect.ts';

/** Longest value of a path's parameter, in characters. */
export const longestParameter = 512;

/** Refuses a URL that no path and no stored text can have. Faults: `malformedBody`. */
export function refuseNul(url: string): void {
  if (/%00|\0/.test(url)) throw new Fault('malformedBody', 'The URL contains a NUL character.');
}

/** The segments of a URL's path, decoded; doubled and closing slashes do not count. Faults: `malformedBody`. */
export function segmentsOf(url: string): string[] {
  const { path } = splitUrl(url);
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map((segment) => decodeURIComponent(segment));
  } catch (cause) {
    throw new Fault('malformedBody', `'${url}' is not a valid url component`, { cause });
  }
}

/** The parameters of a URL's query; one that is there several times is a list. */
export function queryOf(url: string): SentQuery {
  const { query } = splitUrl(url);
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return { name: decoded(name), value: decoded(value.join('=')) };
    });
  const values = [...Map.groupBy(pairs, ({ name }) => name)].map(
    ([name, ofName]): [string, string | string[]] =>
      ofName.length === 1 ? [name, ofName[0]!.value] : [name, ofName.map(({ value }) => value)],
  );
  return Object.fromEntries(values);
}

function splitUrl(url: string): { path: string; query: string } {
  const end = url.search(/[?#]/);
  return end < 0 ? { path: url, query: '' } : { path: url.slice(0, end), query: url.slice(end + 1) };
}

/** What is not percent-encoded UTF-8 stands for itself. */
function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

interface Pattern<Target> {
  readonly segments: readonly string[];
  readonly target: Target;
}

export interface PathMatch<Target> {
  readonly target: Target;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Makes the function that finds what lies at a path, as the HTTP router does: a name goes before a `{parameter}`. Faults:
 * `malformedBody`, for a parameter that is too long.
 */
export function pathFinder<Target extends { readonly url: string }>(
  targets: readonly Target[],
): (segments: readonly string[]) => PathMatch<Target> | undefined {
  const patterns = targets
    .map((target) => ({ segments: segmentsOf(target.url), target }))
    .toSorted(byPrecedence);
  return (segments) => {
    const found = patterns.find((pattern) => leadsTo(pattern, segments));
    if (!found) return undefined;
    const params = paramsOf(found.segments, segments);
    if (Object.values(params).some(({ length }) => length > longestParameter)) {
      throw new Fault('malformedBody', `'/${segments.join('/')}' is exceeding the max param length`);
    }
    return { target: found.target, params };
  };
}

const isParameter = (segment: string | undefined) => segment?.startsWith('{') === true;

function byPrecedence(a: Pattern<unknown>, b: Pattern<unknown>): number {
  const at = a.segments.findIndex(
    (segment, index) => isParameter(segment) !== isParameter(b.segments[index]),
  );
  if (at < 0) return 0;
  return isParameter(a.segments[at]) ? 1 : -1;
}

function leadsTo(pattern: Pattern<unknown>, segments: readonly string[]): boolean {
  return (
    pattern.segments.length === segments.length &&
    pattern.segments.every((name, index) => isParameter(name) || name === segments[index])
  );
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const entries = pattern.flatMap((name, index) =>
    isParameter(name) ? [[name.slice(1, -1), segments[index]!] as const] : [],
  );
  return Object.fromEntries(entries);
}
