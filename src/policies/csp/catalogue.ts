import { isFree, type CspNode } from './node.ts';
import { titleOf } from './title.ts';

/** The nodes that are known, by their keys (see `normaliseLocUri`). Made once and never changed. */
export interface Catalogue {
  /** Another catalogue has another number; 0 is the one that Muster brings, alone. */
  readonly version: number;
  /** Every node, in the order of their keys. */
  readonly nodes: readonly CspNode[];
  /** The node with this key. A node of that very name goes before one whose name is free. */
  find(this: void, key: string): CspNode | undefined;
  /** The known nodes on the way to the key and the one that it names, each with the number of segments up to it. */
  wayTo(this: void, key: string): readonly Step[];
  /** How the known nodes right below this key are called, where their names are not free. */
  namesBelow(this: void, key: string): readonly string[];
}

interface Step {
  readonly node: CspNode;
  readonly segments: number;
}

interface Branch {
  node?: CspNode;
  /** Names in lower case. */
  readonly named: Map<string, Branch>;
  free?: Branch;
}

/**
 * Of two nodes in the same place the later one counts. A title and a combine rule that it does not have, and that it is rewritten, which no DDF
 * file says, it takes from the earlier one; where neither has a title, it is called after its name.
 */
export function catalogueOf(version: number, ...lists: readonly (readonly CspNode[])[]): Catalogue {
  const root: Branch = { named: new Map() };
  for (const node of lists.flat()) add(root, node);
  const nodes = collect(root, []);
  const branchesTo = (key: string) => branchesAlong(root, key.split('/'));
  return {
    version,
    nodes,
    find: (key) => findBelow(root, key.split('/'), 0)?.node,
    wayTo(key) {
      const branches = branchesTo(key) ?? [];
      return branches.flatMap(({ node }, index) => (node ? [{ node, segments: index + 1 }] : []));
    },
    namesBelow: (key) => [...(branchesTo(key)?.at(-1)?.named.keys() ?? [])],
  };
}

function add(root: Branch, node: CspNode): void {
  let branch = root;
  for (const segment of segmentsOf(node.path)) {
    if (segment === undefined) branch = branch.free ??= { named: new Map() };
    else {
      let next = branch.named.get(segment);
      if (!next) branch.named.set(segment, (next = { named: new Map() }));
      branch = next;
    }
  }
  const earlier = branch.node;
  const title = node.title ?? earlier?.title ?? titleOf(node);
  const combine = node.combine ?? earlier?.combine;
  branch.node = {
    ...node,
    ...(title !== undefined && { title }),
    ...(combine !== undefined && { combine }),
    ...(earlier?.rewritten && { rewritten: true }),
  };
}

/** As keys have them; undefined for a free one. */
function segmentsOf(path: string): (string | undefined)[] {
  return path
    .split('/')
    .map((segment) => (isFree(segment) ? undefined : encodeURIComponent(segment).toLowerCase()));
}

function findBelow(branch: Branch, segments: readonly string[], at: number): Branch | undefined {
  if (at === segments.length) return branch.node ? branch : undefined;
  const named = branch.named.get(segments[at]!);
  const found = named && findBelow(named, segments, at + 1);
  if (found || !branch.free) return found;
  return findBelow(branch.free, segments, at + 1);
}

/** The branches from the first segment to the last; undefined when the tree does not reach so far. */
function branchesAlong(branch: Branch, segments: readonly string[], at = 0): Branch[] | undefined {
  if (at === segments.length) return [];
  for (const next of [branch.named.get(segments[at]!), branch.free]) {
    const rest = next && branchesAlong(next, segments, at + 1);
    if (rest) return [next, ...rest];
  }
  return undefined;
}

/** In the order of their keys; what has a free name comes behind what is named. */
function collect(branch: Branch, nodes: CspNode[]): CspNode[] {
  if (branch.node) nodes.push(branch.node);
  for (const name of [...branch.named.keys()].sort()) collect(branch.named.get(name)!, nodes);
  if (branch.free) collect(branch.free, nodes);
  return nodes;
}

/** The nodes that hold no others. */
export function leavesOf(nodes: readonly CspNode[]): CspNode[] {
  const parents = new Set<string>();
  for (const { path } of nodes) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      parents.add(path.slice(0, end).toLowerCase());
    }
  }
  return nodes.filter(({ path }) => !parents.has(path.toLowerCase()));
}
