import { expect, test } from 'vitest';
import type { Format } from '../dm-command.ts';
import { digestOfNode, isSameNode } from './node-value.ts';

const isSame = (format: Format, wanted: string, data: string) =>
  isSameNode(format, digestOfNode(format, wanted), { data });

test.each<[Format, wanted: string, reported: string]>([
  ['int', '1', '01'],
  ['int', '16', '0x10'],
  ['int', '-1', ' -1 '],
  ['int', '18446744073709551615', '+18446744073709551615'],
  ['bool', 'true', '1'],
  ['bool', 'False', '0'],
  ['float', '1.50', '1.5'],
  ['b64', 'YWJj ZGVm', 'YWJjZGVm'],
  ['chr', 'a b', 'a b'],
  ['chr', '<enabled/><data id="A" value="1"/>', '<enabled />\r\n<data value="1" id="A"></data>'],
  ['xml', '<?xml version="1.0"?><a xmlns="x"><b/></a>', '<p:a xmlns:p="x"><p:b></p:b></p:a>'],
  ['xml', '<not xml', '<not xml'],
])('as %s, %j is %j', (format, wanted, reported) => {
  expect(isSame(format, wanted, reported)).toBe(true);
});

test('XML with many levels is compared as any other', () => {
  const nested = (inside: string) => `${'<a b="1">'.repeat(60)}${inside}${'</a>'.repeat(60)}`;
  expect(isSame('xml', nested('<c/>'), nested('<c></c>'))).toBe(true);
  expect(isSame('xml', nested('<c/>'), nested('<d/>'))).toBe(false);
});

test.each<[Format, wanted: string, reported: string]>([
  ['int', '1', '2'],
  ['int', '1', ''],
  ['int', '18446744073709551615', '18446744073709551614'],
  ['int', '1', '0'.repeat(20) + '1'],
  ['bool', 'true', 'false'],
  ['bool', 'true', 'yes'],
  ['chr', 'a', 'A'],
  ['chr', '01', '1'],
  ['chr', '<enabled/><data id="A" value="1"/>', '<enabled/><data id="A" value="2"/>'],
  ['xml', '<a><b/><c/></a>', '<a><c/><b/></a>'],
  ['xml', '<a/>', '<a/><b/>'],
])('as %s, %j is not %j', (format, wanted, reported) => {
  expect(isSame(format, wanted, reported)).toBe(false);
});
