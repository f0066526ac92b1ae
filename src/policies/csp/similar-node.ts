import { normaliseLocUri } from '../engine/index.ts';
import type { Catalogue } from './catalogue.ts';
import { isAnyPolicy } from './node.ts';

/** The path of a known node that is probably meant: the other of `./Device` and `./User`, or one with a name that is nearly the same. */
export function similarNode(catalogue: Catalogue, locUri: string, key: string): string | undefined {
  const known = (path: string) => {
    const node = catalogue.find(normaliseLocUri(path).key);
    return node && !isAnyPolicy(node) ? node.path : undefined;
  };
  const otherScope = locUri.replace(/^\.\/(device|user)\//i, (_, scope: string) =>
    scope.toLowerCase() === 'device' ? './User/' : './Device/',
  );
  return known(otherScope) ?? known(withSimilarNames(catalogue, key.split('/')).join('/'));
}

/** Replaces each name that is not among the known ones in its place by one that is nearly the same. */
function withSimilarNames(catalogue: Catalogue, segments: readonly string[]): string[] {
  const way: string[] = [];
  for (const segment of segments) {
    const names = way.length === 0 ? [segment] : catalogue.namesBelow(way.join('/'));
    way.push(names.includes(segment) ? segment : (nearest(names, segment) ?? segment));
  }
  return way;
}

const longestName = 100;

function nearest(names: readonly string[], wanted: string): string | undefined {
  if (wanted.length > longestName) return undefined;
  const most = Math.min(3, Math.ceil(wanted.length / 8));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) > most) continue;
    const distance = editDistance(name, wanted);
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  return best?.name;
}

/** How many letters have to be added, removed or replaced to come from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let column = 1; column <= to.length; column++) {
      const replaced = row[column - 1]! + (from[at - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
