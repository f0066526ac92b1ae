import { keyOf } from './uri.ts';

export const nodeFormats = [
  'chr',
  'int',
  'bool',
  'b64',
  'xml',
  'bin',
  'null',
  'node',
  'time',
  'date',
  'float',
] as const;
export type NodeFormat = (typeof nodeFormats)[number];

/** A node that was set. */
export interface StoredNode {
  readonly segments: readonly string[];
  readonly format: NodeFormat;
  readonly data: string;
}

/** What was set, by the key of the address. */
export interface NodeStore {
  nodes: Map<string, StoredNode>;
}

export function newNodeStore(): NodeStore {
  return { nodes: new Map() };
}

export function put(store: NodeStore, node: StoredNode): void {
  store.nodes.set(keyOf(node.segments), node);
}

/** The node and all below it. */
export function subtree({ nodes }: NodeStore, segments: readonly string[]): StoredNode[] {
  const key = keyOf(segments);
  return [...nodes].filter(([other]) => other === key || other.startsWith(`${key}/`)).map(([, node]) => node);
}

export function removeSubtree(store: NodeStore, segments: readonly string[]): boolean {
  const removed = subtree(store, segments);
  for (const node of removed) store.nodes.delete(keyOf(node.segments));
  return removed.length > 0;
}

/** The names of what lies directly below, in the order in which they came. */
export function childNames(store: NodeStore, segments: readonly string[]): string[] {
  const names = new Map<string, string>();
  for (const node of subtree(store, segments)) {
    const name = node.segments[segments.length];
    if (name !== undefined && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()];
}

export function dataAt({ nodes }: NodeStore, ...segments: readonly string[]): string | undefined {
  return nodes.get(keyOf(segments))?.data;
}
