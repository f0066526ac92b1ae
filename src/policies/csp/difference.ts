import { isDeepStrictEqual } from 'node:util';
import { leavesOf, type Catalogue } from './catalogue.ts';
import type { CspNode } from './node.ts';

/** How one catalogue differs from another one: the paths of the nodes that hold values. */
export interface CatalogueDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Of which something else is known now; other titles are no difference. */
  readonly changed: readonly string[];
}

export function catalogueDifference(before: Catalogue, after: Catalogue): CatalogueDifference {
  const [old, now] = [leavesByKey(before), leavesByKey(after)];
  const pathsOf = (nodes: Iterable<CspNode>) => Array.from(nodes, ({ path }) => path);
  return {
    added: pathsOf([...now].filter(([key]) => !old.has(key)).map(([, node]) => node)),
    removed: pathsOf([...old].filter(([key]) => !now.has(key)).map(([, node]) => node)),
    changed: pathsOf(
      [...now].filter(([key, node]) => old.has(key) && !isAlike(old.get(key)!, node)).map(([, node]) => node),
    ),
  };
}

/** What a free name is called does not matter. */
function leavesByKey({ nodes }: Catalogue): Map<string, CspNode> {
  return new Map(
    leavesOf(nodes).map((node) => [node.path.toLowerCase().replaceAll(/\{[^/]*\}/g, '{}'), node]),
  );
}

function isAlike(left: CspNode, right: CspNode): boolean {
  return isDeepStrictEqual(factsOf(left), factsOf(right));
}

function factsOf(node: CspNode): object {
  const { path: _, title: __, ...facts } = node;
  return facts;
}
