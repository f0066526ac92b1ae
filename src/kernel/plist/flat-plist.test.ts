import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutationsOf } from '../../../test/support/mutations.ts';
import { readFlatPlist } from './flat-plist.ts';
import { writePlist } from './write-plist.ts';
import { parseXmlPlist } from './xml-plist.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

const idle = writePlist({ UDID: '8D5B1A6E', UserShortName: 'ada', NotOnConsole: false, Status: 'Idle' });
const ascii = fc.string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '"', "'", '/', '{', '~', '_') });
const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });

test('it reads what idle devices send', () => {
  expect(readFlatPlist(Buffer.from(idle))).toEqual(parseXmlPlist(Buffer.from(idle)));
  expect(readFlatPlist(Buffer.from(writePlist({})))).toBeUndefined();
});

test('it reads every short dict of ASCII texts and truth values, however it is laid out', () => {
  const dict = fc.dictionary(ascii, fc.oneof(ascii, fc.boolean()), { minKeys: 1, noNullPrototype: false });
  fc.assert(
    fc.property(dict, space, (value, between) => {
      const bytes = Buffer.from(writePlist(value).replaceAll(/[\t\n]+(?=<(?!!))/g, between));
      expect(readFlatPlist(bytes)).toEqual(parseXmlPlist(bytes));
    }),
  );
});

test('what it reads is what is there, in any message', () => {
  const pieces = [
    '<true/>',
    '<key>a</key>',
    '<string>&amp;</string>',
    '\u00a0',
    '\v',
    '\ufeff',
    '<!---->',
    ']]>',
    '<dict/>',
    '\0',
  ];
  const damaged = fc
    .tuple(fc.constantFrom(...pieces), fc.nat(idle.length), fc.constantFrom(0, 1, 8))
    .map(([piece, at, length]) => Buffer.from(`${idle.slice(0, at)}${piece}${idle.slice(at + length)}`));
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(mutationsOf(Buffer.from(idle)), damaged), (bytes) => {
      const flat = readFlatPlist(bytes);
      if (flat === undefined) return;
      read++;
      expect(flat).toEqual(parseXmlPlist(bytes));
    }),
    { numRuns },
  );
  expect(read).toBeGreaterThan(numRuns / 1_000);
});
