import { expect, test } from 'vitest';
import { Fault } from '../fault.ts';
import { arrayObject, asciiObject, binaryList, dictObject } from './fixtures/binary-list.ts';
import { parsePlist } from './parse-plist.ts';

const list = (body: string) => Buffer.from(`<plist version="1.0">${body}</plist>`);

function refusal(bytes: Uint8Array): string {
  try {
    parsePlist(bytes);
  } catch (error) {
    if (error instanceof Fault && error.code === 'malformedBody') return error.message;
    throw error;
  }
  return 'accepted';
}

test('reads what a device sends', () => {
  const message = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>MessageType</key>
	<string>TokenUpdate</string>
	<key>AwaitingConfiguration</key>
	<true/>
	<key>NotOnConsole</key><false></false>
	<key>Token</key>
	<data>
	AAEC
	/+8=
	</data>
	<key>Numbers</key>
	<array><integer>-12</integer><real>1.5</real><integer> 0xFF </integer></array>
	<key>Seen</key><date>2026-01-31T12:00:59Z</date>
	<key>None</key><dict/>
</dict>
</plist>
`);
  expect(parsePlist(message)).toEqual({
    MessageType: 'TokenUpdate',
    AwaitingConfiguration: true,
    NotOnConsole: false,
    Token: Uint8Array.of(0, 1, 2, 0xff, 0xef),
    Numbers: [-12, 1.5, 255],
    Seen: new Date('2026-01-31T12:00:59Z'),
    None: {},
  });
});

test.each([
  ['<string> a&amp;b<![CDATA[<c>]]><!-- d -->e </string>', ' a&b<c>e '],
  ['<string></string>', ''],
  ['<integer>+7</integer>', 7],
  ['<integer>-0</integer>', 0],
  ['<integer>9007199254740991</integer>', 9007199254740991],
  ['<integer>9007199254740992</integer>', 9007199254740992n],
  ['<integer>18446744073709551615</integer>', 2n ** 64n - 1n],
  ['<integer>-9223372036854775808</integer>', -(2n ** 63n)],
  ['<integer>-0x10</integer>', -16],
  ['<real>2</real>', 2],
  ['<real>-.5e-3</real>', -0.0005],
  ['<real>nan</real>', Number.NaN],
  ['<real>-Infinity</real>', -Infinity],
  ['<date>0001-01-01T00:00:00Z</date>', new Date('0001-01-01T00:00:00Z')],
  ['<data/>', new Uint8Array()],
  ['<array/>', []],
])('reads %s', (body, expected) => {
  const value = parsePlist(list(body));
  expect(value).toStrictEqual(expected);
});

test('__proto__ and constructor are keys like others', () => {
  const value = parsePlist(
    list(
      '<dict><key>__proto__</key><dict><key>admin</key><true/></dict><key>constructor</key><true/></dict>',
    ),
  );
  expect(Object.getPrototypeOf(value)).toBeNull();
  expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
  expect('admin' in (value as object)).toBe(false);
});

test.each([
  [
    '<dict><key>a</key><true/>\n<key>a</key>',
    "line 2, column 12: the key 'a' appears twice in the same <dict>",
  ],
  ['<dict><key>a</key></dict>', "the key 'a' has no value"],
  ['<dict><key>a</key><key>b</key>', "the key 'a' has no value"],
  ['<dict><true/></dict>', 'a value in a <dict> has no <key> in front'],
  ['<dict><array></array></dict>', 'a value in a <dict> has no <key> in front'],
  ['<array><key>a</key></array>', 'a <key> is outside of a <dict>'],
  ['<key>a</key>', 'a <key> is outside of a <dict>'],
  ['<dict>x</dict>', 'there is text between the elements'],
  ['<array>\u00a0</array>', 'there is text between the elements'],
  ['<string>a<b/></string>', '<string> holds another element'],
  ['<true> </true>', '<true> must hold nothing'],
  ['<string a="1"/>', 'there is an attribute'],
  ['<null/>', 'property lists have no element <null>'],
  ['<plist/>', 'property lists have no element <plist>'],
  ['', '<plist> has no value'],
  ['<true/><true/>', '<plist> has more than one value'],
  ['<array/><array/>', '<plist> has more than one value'],
  ...[
    '',
    '1.0',
    '1 2',
    '0x',
    '1e3',
    '٣',
    '18446744073709551616',
    '-9223372036854775809',
    '9'.repeat(100_000),
  ].map((text) => [`<integer>${text}</integer>`, '<integer> must hold a whole number of 64 bits']),
  ...['', '.', '1,5', '0x1p3', 'NaNs', '1e'].map((text) => [
    `<real>${text}</real>`,
    '<real> must hold a number',
  ]),
  ...[
    '',
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00+01:00',
  ].map((text) => [`<date>${text}</date>`, '<date> must hold a date like']),
  ...['A', 'AA', 'AAA', '!AAA', 'AA-_', 'AAA=A', 'AB==', 'AA==AA=='].map((text) => [
    `<data>${text}</data>`,
    '<data> must hold Base64',
  ]),
])('refuses %s', (body, expected) => {
  expect(refusal(list(body))).toContain(expected);
});

test('refuses what is around a list', () => {
  expect(refusal(Buffer.from('<dict/>'))).toContain('the outermost element is not <plist>');
  expect(refusal(Buffer.from('<plist a="1"><true/></plist>'))).toContain('there is an attribute');
  expect(refusal(Buffer.from('<plist><true/></plist><plist/>'))).toContain('only one root');
  expect(refusal(Buffer.from('<plist><true/></plist>\n\0'))).toContain('disallowed character');
});

test('64 levels are read and 65 are not; so with many elements', () => {
  const nested = (depth: number) => list('<array>'.repeat(depth) + '</array>'.repeat(depth));
  expect(refusal(nested(64))).toBe('accepted');
  expect(refusal(nested(65))).toContain('nested more than 64 levels');
  expect(refusal(list(`<array>${'<true/>'.repeat(249_997)}</array>`))).toBe('accepted');
  expect(refusal(list(`<array>${'<true/>'.repeat(249_998)}</array>`))).toContain('more than 250000 elements');
});

test.each([
  ['true', [0x09], true],
  ['false', [0x08], false],
  ['one byte without a sign', [0x10, 0xff], 255],
  ['four bytes without a sign', [0x12, 0xff, 0xff, 0xff, 0xff], 4294967295],
  ['eight bytes with a sign', [0x13, ...Array<number>(8).fill(0xff)], -1],
  ['sixteen bytes', [0x14, ...Array<number>(8).fill(0), ...Array<number>(8).fill(0xff)], 2n ** 64n - 1n],
  ['a float', [0x22, 0x3f, 0xc0, 0, 0], 1.5],
  ['a double', [0x23, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
  ['a date', [0x33, 0, 0, 0, 0, 0, 0, 0, 0], new Date('2001-01-01T00:00:00Z')],
  ['ASCII', [0x53, 0x61, 0x62, 0x63], 'abc'],
  ['UTF-16', [0x62, 0x20, 0xac, 0xfe, 0xff], '€\ufeff'],
  ['data', [0x42, 1, 2], Uint8Array.of(1, 2)],
  ['a long count', [0x4f, 0x11, 0, 2, 1, 2], Uint8Array.of(1, 2)],
  ['an empty array', [0xa0], []],
])('reads in a binary list: %s', (_name, object, expected) => {
  expect(parsePlist(binaryList([object]))).toStrictEqual(expected);
});

test('reads a binary list whose objects are referred to several times', () => {
  const bytes = binaryList([
    dictObject([1, 2], [3, 3]),
    asciiObject('a'),
    asciiObject('__proto__'),
    arrayObject(1, 1),
  ]);
  const value = parsePlist(bytes);
  expect(Object.entries(value)).toEqual([
    ['a', ['a', 'a']],
    ['__proto__', ['a', 'a']],
  ]);
  expect(Object.getPrototypeOf(value)).toBeNull();
});

test('a binary list is read inside of other bytes, and does not keep them', () => {
  const list = binaryList([[0x42, 1, 2]]);
  const data = parsePlist(Buffer.concat([Buffer.alloc(3), list]).subarray(3)) as Uint8Array;
  expect(data.buffer.byteLength).toBe(2);
});

const tooLong = [0x4f, 0x13, ...Array<number>(8).fill(0xff)];
test.each([
  ['only the header', Buffer.from('bplist00'), 'it ends too early'],
  ['another version', Buffer.from(binaryList([[0x09]])).fill('1', 7, 8), 'the version is not 00'],
  ['bytes after the end', Buffer.concat([binaryList([[0x09]]), Buffer.of(0)]), 'the trailer is wrong'],
  ['no objects', binaryList([]), 'there is no object 0'],
  ['offsets of no bytes', binaryList([[0x09]], { offsetSize: 0 }), 'the trailer is wrong'],
  ['references of nine bytes', binaryList([[0x09]], { referenceSize: 9 }), 'the trailer is wrong'],
  ['more objects than there are', binaryList([[0x09]], { objects: 2 ** 40 }), 'does not end where'],
  ['a table outside', binaryList([[0x09]], { table: 2 ** 63 }), 'does not end where'],
  ['a table in the header', binaryList([[0x09]], { table: 0 }), 'the trailer is wrong'],
  ['an outermost object that is none', binaryList([[0x09]], { top: 1 }), 'there is no object 1'],
  ['an offset in the header', binaryList([[0x09]], { offsets: [0] }), 'the offset is outside of the objects'],
  ['an offset in the table', binaryList([[0x09]], { offsets: [9] }), 'the offset is outside of the objects'],
  ['a reference to nothing', binaryList([arrayObject(7)]), 'there is no object 7'],
  ['an array that contains itself', binaryList([arrayObject(0)]), 'contains itself'],
  ['a longer cycle', binaryList([arrayObject(1), dictObject([2], [0]), asciiObject('a')]), 'contains itself'],
  ['a key that is no string', binaryList([dictObject([1], [1]), [0x09]]), 'a key is not a string'],
  ['a key twice', binaryList([dictObject([1, 1], [1, 1]), asciiObject('a')]), "the key 'a' appears twice"],
  ['null', binaryList([[0x00]]), 'no object of type 0x00'],
  ['a UID', binaryList([[0x80, 0x01]]), 'no object of type 0x80'],
  ['a set', binaryList([[0xc0]]), 'no object of type 0xc0'],
  ['an integer of 32 bytes', binaryList([[0x15, ...Array<number>(32).fill(0)]]), 'no object of type 0x15'],
  [
    'an integer of more than 64 bits',
    binaryList([[0x14, 1, ...Array<number>(15).fill(0)]]),
    'more than 64 bits',
  ],
  ['an integer that is cut off', binaryList([[0x13, 0, 0]]), 'ends outside of the objects'],
  ['a date that is no number', binaryList([[0x33, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]]), 'not of the years'],
  ['a date far away', binaryList([[0x33, 0x7f, 0xe0, 0, 0, 0, 0, 0, 0]]), 'not of the years'],
  ['ASCII that is not', binaryList([[0x51, 0xe4]]), 'the string is not ASCII'],
  ['half of a character', binaryList([[0x61, 0xd8, 0x00]]), 'the string is not UTF-16'],
  ['a NUL', binaryList([[0x51, 0x00]]), 'the string contains U+0000'],
  ['a string that is cut off', binaryList([[0x62, 0x00, 0x41]]), 'ends outside of the objects'],
  ['a length beyond everything', binaryList([tooLong]), 'ends outside of the objects'],
  ['a count that is none', binaryList([[0x4f, 0x42, 0x01]]), 'there is no count'],
])('refuses a binary list with %s', (_name, bytes, expected) => {
  expect(refusal(bytes)).toMatch(/^The binary property list is wrong at byte \d+: /);
  expect(refusal(bytes)).toContain(expected);
});

test('a small binary list that grows when it is read is refused', () => {
  const doubling = Array.from({ length: 60 }, (_, level) => arrayObject(level + 1, level + 1));
  expect(refusal(binaryList([...doubling, [0x09]]))).toContain('it comes to more than 250000 values');
  const repeated = [arrayObject(...Array<number>(2000).fill(1)), asciiObject('x'.repeat(20_000))];
  expect(refusal(binaryList(repeated))).toContain('it comes to more than 16777216 bytes');
  const nested = (depth: number) =>
    binaryList([...Array.from({ length: depth - 1 }, (_, level) => arrayObject(level + 1)), [0xa0]]);
  expect(refusal(nested(64))).toBe('accepted');
  expect(refusal(nested(65))).toContain('nested more than 64 levels');
});

test.each(['', 'bplist00'])('more than 16 MiB are not read, beginning with %j', (start) => {
  const bytes = Buffer.alloc(16 * 1024 * 1024 + 1, ' ');
  bytes.write(start);
  expect(refusal(bytes)).toContain('larger than 16777216 bytes');
});
