import { expect, test } from 'vitest';
import { etagOf, readIfMatch, requireRevision, revised } from './etag.ts';

test('an entity tag is read back as its revision, weak or strong, alone or in a list', () => {
  expect(readIfMatch(etagOf(7))).toEqual([7]);
  expect(readIfMatch('"7", W/"8"')).toEqual([7, 8]);
});

test('no header and * allow any revision', () => {
  for (const header of [undefined, '*', ' * ']) {
    expect(() => requireRevision(readIfMatch(header), 3)).not.toThrow();
  }
});

test.each(['W/"2"', '"abc"', '', '3', 'garbage"'])('%j does not match revision 3', (header) => {
  expect(() => requireRevision(readIfMatch(header), 3)).toThrow(/entity tag is now W\/"3"/);
});

test('what a change leaves the same keeps its revision and its moment', () => {
  const before = { tags: ['a'], revision: 3, updatedAt: new Date(1_000) };
  expect(revised(before, { tags: ['a'] }, new Date(2_000))).toBe(before);
  expect(revised(before, { tags: ['b'] }, new Date(2_000))).toEqual({
    tags: ['b'],
    revision: 4,
    updatedAt: new Date(2_000),
  });
  expect(before.revision).toBe(3);
});
