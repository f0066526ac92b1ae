import { expect, test } from 'vitest';
import { onceForAlike } from './alike.ts';

test('what has the same parts shares one result, and nothing else does', () => {
  const [first, second] = [{ of: 1 }, { of: 1 }];
  const items = [
    ['a', first],
    ['a', second],
    ['a', first],
    ['b', first],
    ['a'],
    [first, 'a'],
    ['a', undefined],
    ['a', first],
  ];
  const made = onceForAlike(
    items,
    (parts) => parts,
    (_, index) => index,
  );
  expect(made).toEqual([0, 1, 0, 3, 4, 5, 6, 0]);
});
