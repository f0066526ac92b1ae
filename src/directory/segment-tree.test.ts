import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heightOf, idsBelow, pathToRoot, treeBelow, type TreeNode } from './segment-tree.ts';

/** Any tree, in which a segment may have a parent with a larger id, as moves bring about. */
const anyTree = fc.array(fc.nat(), { maxLength: 30 }).chain((choices) =>
  fc
    .shuffledSubarray(
      choices.map((_, index) => index + 1),
      { minLength: choices.length },
    )
    .map((ids) =>
      choices.map((choice, index): TreeNode => ({
        id: ids[index]!,
        parentId: index === 0 ? 0 : ([0, ...ids][choice % (index + 1)] ?? 0),
      })),
    ),
);

test('what lies below a segment is what has it on its path to the root', () => {
  fc.assert(
    fc.property(anyTree, fc.nat({ max: 30 }), (nodes, top) => {
      const below = nodes
        .map((node) => node.id)
        .filter((id) => id !== top && pathToRoot(nodes, id).includes(top));
      expect(new Set(idsBelow(nodes, top))).toEqual(new Set([top, ...below]));
    }),
  );
});

test('every segment is in the tree of the root, at the depth of its path', () => {
  fc.assert(
    fc.property(anyTree, (nodes) => {
      const tree = treeBelow(nodes, 0);
      const deepest = Math.max(0, ...nodes.map((node) => pathToRoot(nodes, node.id).length - 1));
      expect(heightOf(tree)).toBe(deepest);
      expect(idsBelow(nodes, 0).toSorted((a, b) => a - b)).toEqual(
        nodes.map((_, index) => index).concat(nodes.length),
      );
    }),
  );
});

test('siblings keep the order given', () => {
  const nodes = [
    { id: 1, parentId: 0 },
    { id: 2, parentId: 4 },
    { id: 3, parentId: 4 },
    { id: 4, parentId: 0 },
  ];
  expect(treeBelow(nodes, 0)).toEqual([
    { node: nodes[0], children: [] },
    {
      node: nodes[3],
      children: [
        { node: nodes[1], children: [] },
        { node: nodes[2], children: [] },
      ],
    },
  ]);
  expect(pathToRoot(nodes, 3)).toEqual([3, 4, 0]);
});
