import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault, type Violation } from '../fault.ts';
import { plistValues } from './fixtures/random-values.ts';
import { parsePlist } from './parse-plist.ts';
import type { PlistValue } from './plist-value.ts';
import { plistReal, writePlist } from './write-plist.ts';

function violations(value: PlistValue): readonly Violation[] {
  try {
    writePlist(value);
  } catch (error) {
    if (error instanceof Fault && error.code === 'invalidInput') return error.violations;
    throw error;
  }
  return [];
}

test('writes as Apple does', () => {
  const value = {
    RequestType: 'InstallProfile',
    'a<b': 'c>&d\r',
    None: {},
    Nothing: [],
    Long: new Uint8Array(60),
    Deep: [{ Payload: new Uint8Array(40) }, new Uint8Array()],
    Numbers: [1, -1.5, -0, 2n ** 64n - 1n, 1e21, Number.NaN, Infinity, -Infinity],
    When: new Date('2026-01-31T12:00:59.999Z'),
    Yes: true,
    No: false,
  };
  expect(writePlist(value)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>RequestType</key>
	<string>InstallProfile</string>
	<key>a&lt;b</key>
	<string>c&gt;&amp;d&#13;</string>
	<key>None</key>
	<dict/>
	<key>Nothing</key>
	<array/>
	<key>Long</key>
	<data>
	AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
	AAAAAAAAAAAA
	</data>
	<key>Deep</key>
	<array>
		<dict>
			<key>Payload</key>
			<data>
			AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
			AA==
			</data>
		</dict>
		<data>
		</data>
	</array>
	<key>Numbers</key>
	<array>
		<integer>1</integer>
		<real>-1.5</real>
		<real>-0.0</real>
		<integer>18446744073709551615</integer>
		<real>1e+21</real>
		<real>nan</real>
		<real>+infinity</real>
		<real>-infinity</real>
	</array>
	<key>When</key>
	<date>2026-01-31T12:00:59Z</date>
	<key>Yes</key>
	<true/>
	<key>No</key>
	<false/>
</dict>
</plist>
`);
});

test('what is written is read back the same', () => {
  fc.assert(
    fc.property(plistValues, (value) => {
      const text = writePlist(value);
      const read = parsePlist(Buffer.from(text));
      expect(read).toEqual(value);
      expect(writePlist(read)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  [{ a: [{ b: 'x\u0001' }] }, 'a[0].b', 'contains U+0001, which a property list cannot hold'],
  [{ 'a\0': true }, 'a\\u0000', 'contains U+0000, which a property list cannot hold'],
  ['\ud800', 'value', 'contains U+D800, which a property list cannot hold'],
  ['\uffff', 'value', 'contains U+FFFF, which a property list cannot hold'],
  [[2n ** 64n], '[0]', 'is an integer of more than 64 bits'],
  [-(2n ** 63n) - 1n, 'value', 'is an integer of more than 64 bits'],
  [new Date(Number.NaN), 'value', 'is not a date of the years 0 to 9999'],
  [new Date('+010000-01-01T00:00:00Z'), 'value', 'is not a date of the years 0 to 9999'],
])('what cannot be written is refused: %#', (value, path, message) => {
  expect(violations(value)).toEqual([{ path, message }]);
});

test('64 levels are written, and 65 are not', () => {
  const nested = (depth: number) => Array.from({ length: depth }).reduce<PlistValue>((inner) => [inner], 1);
  expect(parsePlist(Buffer.from(writePlist(nested(64))))).toEqual(nested(64));
  expect(violations(nested(65))).toMatchObject([{ message: 'is nested more than 64 levels deep' }]);
});

test('what shall be a real is one, whole or not', () => {
  const numbers = [2, 1.5, -0, 1e21, Infinity].map(plistReal);
  expect(writePlist({ numbers }).match(/<real>.*<\/real>|<integer>/g)).toEqual([
    '<real>2.0</real>',
    '<real>1.5</real>',
    '<real>-0.0</real>',
    '<real>1e+21</real>',
    '<real>+infinity</real>',
  ]);
});
