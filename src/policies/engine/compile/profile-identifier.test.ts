import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiObject, binaryList, dictObject } from '../../../kernel/plist/fixtures/binary-list.ts';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import { profileIdentifier } from './profile-identifier.ts';

const profile = writePlist({ PayloadIdentifier: 'com.example.wifi' });
const binary = (...strings: string[]) =>
  Buffer.from(binaryList([dictObject([1, 2], [3, 4]), ...strings.map(asciiObject)]));

test.each([
  ['a binary list', binary('PayloadIdentifier', 'b', 'com.example.b', 'x'), 'com.example.b'],
  ['a binary list that holds an XML list', binary('A', 'PayloadIdentifier', profile, 'outer'), 'outer'],
  ['UTF-16', Buffer.from(`\ufeff${profile.replace('UTF-8', 'UTF-16')}`, 'utf16le'), 'com.example.wifi'],
  ['empty lines in front', Buffer.from(`\n\n${profile}`), 'com.example.wifi'],
  ['no dict', Buffer.from(writePlist(['PayloadIdentifier', 'x'])), undefined],
  ['no string', Buffer.from(writePlist({ PayloadIdentifier: 1 })), undefined],
  ['a list that is cut off', Buffer.from(profile.slice(0, -20)), undefined],
  ['a binary list that is cut off', binary('PayloadIdentifier', 'b', 'c', 'd').subarray(0, -1), undefined],
  [
    'two identifiers',
    Buffer.from(profile.replace('</dict>', '<key>PayloadIdentifier</key><string>other</string></dict>')),
    undefined,
  ],
  ['an end without a list', Buffer.from('</plist><plist>'), undefined],
  ['nothing', Buffer.alloc(0), undefined],
])('the identifier of a profile: %s', (_name, bytes, expected) => {
  expect(profileIdentifier(bytes)).toBe(expected);
});

const typeOfContent = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];

/** A definite length in two bytes. */
const element = (tag: number, ...content: readonly number[]) => [
  tag,
  0x82,
  content.length >> 8,
  content.length & 0xff,
  ...content,
];

/** The beginning of a signed message around these octets; certificates and signatures follow. */
const signed = (octets: readonly number[]) =>
  Buffer.from([
    ...element(
      0x30,
      0x06,
      1,
      2,
      ...element(
        0xa0,
        ...element(
          0x30,
          0x02,
          1,
          1,
          0x31,
          0,
          ...element(0x30, ...typeOfContent, ...element(0xa0, ...octets)),
        ),
      ),
    ),
    ...Buffer.from('<plist><dict></plist>'),
  ]);

const pieces = (bytes: Buffer, size: number): number[][] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    element(0x04, ...bytes.subarray(index * size, (index + 1) * size)),
  );

test.each([
  ['as one', (list: Buffer) => signed(element(0x04, ...list))],
  ['in pieces', (list: Buffer) => signed(element(0x24, ...pieces(list, 20).flat()))],
  [
    'in pieces without a length in front',
    (list: Buffer) => {
      const octets = [0x24, 0x80, ...pieces(list, 50).flat(), 0, 0];
      return Buffer.from([0x30, 0x80, ...typeOfContent, 0xa0, 0x80, ...octets, 0, 0, 0, 0, 0x04, 1, 1]);
    },
  ],
])('the identifier of a signed profile: %s', (_name, sign) => {
  expect(profileIdentifier(sign(Buffer.from(profile)))).toBe('com.example.wifi');
  const short = binary('PayloadIdentifier', 'b', 'com.example.b', 'x');
  expect(profileIdentifier(sign(short))).toBe('com.example.b');
});

test('damaged profiles have an identifier or none', () => {
  const whole = signed(element(0x24, ...pieces(Buffer.from(profile), 20).flat()));
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(60), fc.uint8Array({ maxLength: 4 }), (at, length, piece) => {
      const damaged = Buffer.concat([whole.subarray(0, at), piece, whole.subarray(at + length)]);
      expect(['string', 'undefined']).toContain(typeof profileIdentifier(damaged));
    }),
    { numRuns: 2000 },
  );
});
