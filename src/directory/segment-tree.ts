/** What the shape of a tree needs of a segment. Ids are integers; 0 is the root, which has no parent. */
export interface TreeNode {
  readonly id: number;
  readonly parentId: number;
}

export interface Tree<Node> {
  readonly node: Node;
  readonly children: readonly Tree<Node>[];
}

export const rootId = 0;

/** A tree may be this many segments deep below the root, so that nobody who walks one runs out of stack. */
export const deepestSegment = 32;

/** The nodes below `top`, each with its own below it, in the order given. Nodes that do not lead to `top` are left out. */
export function treeBelow<Node extends TreeNode>(nodes: readonly Node[], top: number): Tree<Node>[] {
  const byParent = Map.groupBy(nodes, (node) => node.parentId);
  const below = (id: number): Tree<Node>[] =>
    (byParent.get(id) ?? []).map((node) => ({ node, children: below(node.id) }));
  return below(top);
}

/** The segment and all that lie above it, the root last. */
export function pathToRoot(nodes: readonly TreeNode[], id: number): number[] {
  const parents = new Map(nodes.map((node) => [node.id, node.parentId]));
  const path: number[] = [];
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) path.push(at);
  return path;
}

/** The segment and all that lie below it. */
export function idsBelow(nodes: readonly TreeNode[], id: number): number[] {
  const flat = (tree: readonly Tree<TreeNode>[]): number[] =>
    tree.flatMap(({ node, children }) => [node.id, ...flat(children)]);
  return [id, ...flat(treeBelow(nodes, id))];
}

/** How many levels a list of trees has: 0 when it is empty. */
export function heightOf(tree: readonly Tree<TreeNode>[]): number {
  return tree.reduce((height, { children }) => Math.max(height, 1 + heightOf(children)), 0);
}
