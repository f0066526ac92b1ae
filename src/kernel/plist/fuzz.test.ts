import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../fault.ts';
import { arrayObject, asciiObject, binaryList, binaryListOf, dictObject } from './fixtures/binary-list.ts';
import { plistValues } from './fixtures/random-values.ts';
import { parsePlist } from './parse-plist.ts';
import type { PlistValue } from './plist-value.ts';
import { writePlist } from './write-plist.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

const value: PlistValue = {
  MessageType: 'Authenticate',
  Text: 'ä € 😀 <&>',
  Numbers: [0, -1, 255, 2n ** 63n, 1.5, Number.NaN],
  Data: new Uint8Array(20),
  Date: new Date('2026-01-31T12:00:00Z'),
  Nested: { A: { B: [[], {}, true, false] } },
};

interface Edit {
  readonly at: number;
  readonly length: number;
  readonly piece: Uint8Array;
}

/** One of the documents, with some places overwritten, taken out, or filled with a piece. */
function damaged(documents: readonly Uint8Array[], pieces: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.record<Edit>({
    at: fc.nat(),
    length: fc.constantFrom(0, 0, 1, 1, 8, 100),
    piece: fc.oneof(fc.constantFrom(...pieces), fc.uint8Array({ maxLength: 2 })),
  });
  const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
  return fc.tuple(fc.constantFrom(...documents), edits).map(([document, all]) =>
    all.reduce<Uint8Array>((bytes, { at, length, piece }) => {
      const start = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, start), piece, bytes.subarray(start + length)]);
    }, document),
  );
}

/** Reads, and reads again what it writes. Anything but a value or a Fault fails the test. */
function survive(bytes: Uint8Array): boolean {
  let read: PlistValue;
  try {
    read = parsePlist(bytes);
  } catch (error) {
    if (error instanceof Fault && error.code === 'malformedBody') return false;
    throw error;
  }
  const text = writePlist(read);
  if (writePlist(parsePlist(Buffer.from(text))) !== text) throw new Error('it is not read back the same');
  return true;
}

function fuzz(inputs: fc.Arbitrary<Uint8Array>) {
  const outcomes = { read: 0, refused: 0 };
  fc.assert(
    fc.property(inputs, (bytes) => {
      outcomes[survive(bytes) ? 'read' : 'refused']++;
    }),
    { numRuns },
  );
  return outcomes;
}

const tokens = [
  '<dict>',
  '</dict>',
  '<array>',
  '<key>Text</key>',
  '<true/>',
  '<integer>',
  '&',
  '&#0;',
  '&amp;',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<!DOCTYPE plist [<!ENTITY a "b">]>',
  '<?xml version="1.1"?>',
  '<plist>',
  '</plist>',
  ' a="b"',
  '\ufeff',
  '\0',
  '9'.repeat(30),
];

test('damaged XML lists are read or refused', () => {
  const text = writePlist(value);
  const documents = [
    Buffer.from(text),
    Buffer.from('<plist><array><integer>1</integer></array></plist>'),
    Buffer.from(`\ufeff${text.replace('UTF-8', 'UTF-16')}`, 'utf16le'),
  ];
  const pieces = tokens.map((token) => Buffer.from(token));
  const outcomes = fuzz(
    fc.oneof({ weight: 9, arbitrary: damaged(documents, pieces) }, fc.uint8Array({ maxLength: 40 })),
  );
  expect(outcomes.read).toBeGreaterThan(numRuns / 100);
  expect(outcomes.refused).toBeGreaterThan(numRuns / 100);
}, 300_000);

test('damaged binary lists are read or refused', () => {
  const documents = [
    binaryListOf(value),
    binaryList([arrayObject(1, 2, 1), arrayObject(2, 2), dictObject([3], [4]), asciiObject('key'), [0x09]]),
    binaryList([arrayObject(1), arrayObject(2), arrayObject(3), [0x10, 0x01]], { referenceSize: 2 }),
  ];
  const pieces = [[0], [1], [2], [0x7f], [0xff], [0xaf], [0xdf], [0x4f, 0x13], Array<number>(8).fill(0xff)];
  const noise = fc
    .uint8Array({ maxLength: 60 })
    .map((bytes) => Buffer.concat([Buffer.from('bplist00'), bytes]));
  const outcomes = fuzz(
    fc.oneof(
      {
        weight: 9,
        arbitrary: damaged(
          documents,
          pieces.map((piece) => Uint8Array.from(piece)),
        ),
      },
      noise,
      // Objects of any bytes behind a trailer that is right.
      fc
        .array(fc.uint8Array({ minLength: 1, maxLength: 8 }), { maxLength: 6 })
        .map((objects) => binaryList(objects.map((object) => [...object]))),
    ),
  );
  expect(outcomes.read).toBeGreaterThan(numRuns / 100);
  expect(outcomes.refused).toBeGreaterThan(numRuns / 100);
}, 300_000);

test('random values are read from binary lists', () => {
  fc.assert(
    fc.property(plistValues, (random) => {
      expect(parsePlist(binaryListOf(random))).toEqual(random);
    }),
    { numRuns: 2000 },
  );
});
