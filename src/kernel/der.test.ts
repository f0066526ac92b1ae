import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bitsOf,
  childrenOf,
  octetsOf,
  oidOf,
  readDer,
  sequenceOf,
  smallIntegerOf,
  taggedIn,
  tags,
  textOf,
  type Der,
} from './der-read.ts';
import {
  der,
  derOctets,
  derOid,
  derPrintable,
  derSequence,
  derSet,
  derSmallInteger,
  derTagged,
} from './der-write.ts';
import { Fault } from './fault.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('values are written as X.690 has them', () => {
  expect(hexOf(derOid('1.2.840.113549.1.7.2'))).toBe('06092a864886f70d010702');
  expect(hexOf(derOid('2.16.840.1.113733.1.9.2'))).toBe('060a6086480186f845010902');
  expect(hexOf(derOid('2.999.3'))).toBe('0603883703');
  expect(hexOf(derSequence(derSmallInteger(1), derOctets(hex('ff'))))).toBe('30060201010401ff');
  expect(hexOf(derTagged(0, derPrintable('19')))).toBe('a00413023139');
  expect(hexOf(derOctets(new Uint8Array(200)).subarray(0, 3))).toBe('0481c8');
  expect(hexOf(derOctets(new Uint8Array(70_000)).subarray(0, 5))).toBe('0483011170');
  expect(() => derSmallInteger(128)).toThrow(RangeError);
});

test('the members of a set stand in the order of their encodings', () => {
  expect(hexOf(derSet(derSmallInteger(3), derPrintable('a'), derSmallInteger(1)))).toBe(
    '3109020101020103130161',
  );
});

test.each(['1.2.840.113549.1.9.16.2.47', '0.9.2342.19200300.100.1.1', '2.999.3', '2.5.4.3', '1.3.14.3.2.26'])(
  'object identifier %s',
  (oid) => expect(oidOf(readDer(derOid(oid)))).toBe(oid),
);

test('what was written is read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), fc.integer({ min: 0, max: 127 }), (bytes, number) => {
      const [octets, integer, tagged] = sequenceOf(
        readDer(derSequence(derOctets(bytes), derSmallInteger(number), derTagged(3, derOctets(bytes)))),
      );
      expect(hexOf(octetsOf(octets))).toBe(hexOf(bytes));
      expect(smallIntegerOf(integer)).toBe(number);
      expect(hexOf(octetsOf(taggedIn(tagged, 0xa3)))).toBe(hexOf(bytes));
    }),
    { numRuns: 50 },
  );
});

test('lengths that are not known beforehand, and octet strings in pieces', () => {
  const value = readDer(hex('30 80 24 80 04 02 0102 04 01 03 0000 02 01 05 0000'));
  const [octets, integer] = sequenceOf(value);
  expect(hexOf(octetsOf(octets))).toBe('010203');
  expect(smallIntegerOf(integer)).toBe(5);
  const implicit = readDer(hex('a0 80 04 01 01 04 01 02 0000'));
  expect(hexOf(octetsOf(implicit, 0x80))).toBe('0102');
});

describe('refused', () => {
  const nested = (depth: number, open: string, close: string) =>
    hex(open.repeat(depth) + close.repeat(depth));
  test.each<[string, () => unknown]>([
    ['nothing', () => readDer(hex(''))],
    ['a tag alone', () => readDer(hex('30'))],
    ['a length that is cut off', () => readDer(hex('3082 01'))],
    ['a value that is cut off', () => readDer(hex('0403 0102'))],
    ['a length of five octets', () => readDer(hex('0485 0000000001 00'))],
    ['the length 4 GB', () => readDer(hex('0484 ffffffff 00'))],
    ['bytes behind the value', () => readDer(hex('0500 00'))],
    ['a tag of two octets', () => readDer(hex('1f81 0100'))],
    ['a child longer than its parent', () => childrenOf(readDer(hex('3003 0405 01')))],
    ['children of a plain value', () => childrenOf(readDer(hex('0401 01')))],
    ['a plain value without a length', () => readDer(hex('0480 0102 0000'))],
    ['no end of contents', () => readDer(hex('3080 0201 05'))],
    ['half an end of contents', () => readDer(hex('3080 00'))],
    ['a thousand values in each other, without lengths', () => readDer(nested(1_000, '3080', '0000'))],
    [
      'many values in each other',
      () => {
        let bytes = derOctets(hex('00'));
        for (let depth = 0; depth < 30; depth++) bytes = derSequence(bytes);
        let value = readDer(bytes);
        for (;;) value = childrenOf(value)[0]!;
      },
    ],
    ['an object identifier that is cut off', () => oidOf(readDer(hex('0602 2a86')))],
    ['an object identifier that is too large', () => oidOf(readDer(hex('060a 2a ffffffffffffffff 7f')))],
    ['an empty object identifier', () => oidOf(readDer(hex('0600')))],
    ['a negative integer', () => smallIntegerOf(readDer(hex('0201 ff')))],
    ['a large integer', () => smallIntegerOf(readDer(hex('0205 0100000000')))],
    ['bits that fill no octet', () => bitsOf(readDer(hex('0302 0780')))],
    ['no bits at all', () => bitsOf(readDer(hex('0300')))],
    ['text that is not UTF-8', () => textOf(readDer(hex('0c01 ff')))],
    ['octets as text', () => textOf(readDer(hex('0401 61')))],
  ])('%s', (_, read) => {
    expect(read).toThrow(Fault);
    expect(read).toThrow(/ASN\.1/);
  });
});

test('whatever the bytes, reading ends with a value or a fault', () => {
  const walk = (value: Der): void => {
    if ((value.tag & 0x20) !== 0) for (const child of childrenOf(value)) walk(child);
    else if (value.tag === tags.objectIdentifier) oidOf(value);
    else if (value.tag === tags.bitString) bitsOf(value);
    else if (value.tag === tags.integer) smallIntegerOf(value);
  };
  const octet = fc.oneof(
    fc.constantFrom(0x30, 0x80, 0x00, 0x31, 0xa0, 0x24, 0x04, 0x02, 0x01, 0x06, 0x03, 0x82),
    fc.integer({ min: 0, max: 255 }),
  );
  fc.assert(
    fc.property(fc.array(octet, { maxLength: 60 }), (octets) => {
      try {
        walk(readDer(der(0x30, Uint8Array.from(octets))));
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }),
    { numRuns: 10_000 },
  );
});
