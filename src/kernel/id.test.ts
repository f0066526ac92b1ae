import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hexOfId, idSource, parseGuidId, parseHexId } from './id.ts';

const hex24 = fc.stringMatching(/^[0-9a-f]{24}$/);

test('24 hex digits and the GUID are two spellings of the same 96 bits', () => {
  fc.assert(
    fc.property(hex24, (hex) => {
      const id = parseHexId(hex)!;
      expect(hexOfId(id)).toBe(hex);
      expect(parseGuidId(id.toUpperCase())).toBe(id);
      expect(parseHexId(hex.toUpperCase())).toBe(id);
    }),
  );
});

test('ids of one source are unique and sort by age, within a millisecond too', () => {
  const newId = idSource(
    () => new Date(1_700_000_000_000),
    () => 2 ** 48 - 2,
  );
  const ids = Array.from({ length: 5 }, newId);
  expect(new Set(ids).size).toBe(5);
  expect([...ids].sort()).toEqual(ids);
});

test('an id is a UUID of version 8', () => {
  const newId = idSource(
    () => new Date('2026-01-01T00:00:00Z'),
    () => 0xabcdef123456,
  );
  expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([
  '',
  'abc',
  '507f1f77bcf86cd79943901',
  'zzzzzzzzzzzzzzzzzzzzzzzz',
  'c4c8f047-f047-c4c8-47f0-c8c447f0c8c4',
])('%j is no id', (text) => {
  expect(parseHexId(text)).toBeUndefined();
  expect(parseGuidId(text)).toBeUndefined();
});
