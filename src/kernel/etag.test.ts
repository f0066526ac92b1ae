import { expect, test } from 'vitest';
import { etagOf, readIfMatch, requireRevision } from './etag.ts';

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
