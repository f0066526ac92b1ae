import { expect, test } from 'vitest';
import { mismatch } from './allowed-values.ts';
import {
  allow,
  bool,
  choice,
  flags,
  groupPolicy,
  nodesBelow,
  number,
  of,
  text,
  unit,
  type NodeFacts,
} from './declare.ts';
import { wantedValue } from './value.ts';

const nodeOf = (facts: NodeFacts) => nodesBelow('./Device/Vendor/MSFT', { Node: facts })[0]!;

/** Values that such a node takes, and others. */
test.each<
  [NodeFacts, taken: (string | number | boolean)[], refused: (string | number | boolean)[], must: string]
>([
  [
    number(),
    [0, '-5', ' 7 ', '4294967295', 4_294_967_296],
    ['', 'seven', 1.5, true, '0x10', '1e3'],
    'a whole number',
  ],
  [
    number([-1, 4_294_967_295]),
    [-1, '4294967295'],
    [-2, '4294967296'],
    'a whole number from -1 to 4294967295',
  ],
  [allow(), [0, 1, '0', '01', '+1'], [2, '-1', true, 'Allowed'], 'one of 0 (Not allowed), 1 (Allowed)'],
  [choice({ '0x1': 'One', 2: '' }), [1, 2, '2'], [0, 3], 'one of 2, 0x1 (One)'],
  [choice({ 3: '' }), [3], [2], '3'],
  [
    flags({ 1: 'a', '0x2': 'b', 8: '' }),
    [0, 1, 3, 11, '0xB', '10'],
    [4, -1, 16, 'a'],
    'a sum of 1 (a), 8, 0x2 (b)',
  ],
  [bool(), [true, 'FALSE', '1', 0], ['yes', 2, ''], 'true or false'],
  [
    bool({ allowed: { kind: 'enum', values: { 0: '', 1: '' } } }),
    [true, 'false', 1],
    ['on'],
    'true or false',
  ],
  [
    text({ allowed: { kind: 'enum', values: { '1': 'One', Two: '' } } }),
    [1, '1', 'two'],
    ['01', 'Three'],
    'one of 1 (One), Two',
  ],
  [
    text({ allowed: { kind: 'enum', values: { a: '', b: '' } }, delimiter: ';' }),
    ['a', 'a;b', 'b; a;', ''],
    ['a,b', 'c;a'],
    "one of a, b, or several of them with ';' between them",
  ],
  [
    text({ allowed: { kind: 'pattern', pattern: '(?i)^[a-f]+$' }, delimiter: '\uf000' }),
    ['abc', 'ABC\uf000d'],
    ['xyz', 'a,b'],
    "text that fits the pattern (?i)^[a-f]+$, or several of them with '&#xF000;' between them",
  ],
  [text({ allowed: { kind: 'pattern', pattern: '^(?!no)' } }), ['no', 'yes'], [], ''],
  [
    text({ allowed: { kind: 'range', from: 1, to: 9 } }),
    ['5', 5],
    ['10', 'five', ''],
    'a whole number from 1 to 9',
  ],
  [
    groupPolicy(),
    ['<enabled/>', ' <Disabled/>', '<![CDATA[<enabled/>]]>', '<enabled/><data id="A" value="1"/>'],
    ['1', '', '<data id="A" value="1"/>', '&lt;enabled/&gt;'],
    '<enabled/> with the <data> elements of the group policy, or <disabled/>',
  ],
  [of('b64'), ['YQ==', 'Y Q =='], ['?', 'YQ=a'], 'bytes in Base64'],
  [of('null'), ['', 'anything', 1], [], ''],
  [unit(), [''], ['x', 1], 'empty: the node holds other nodes and takes no value'],
  [of('xml'), ['<a/>', ''], [], ''],
])('%j', (facts, taken, refused, must) => {
  const node = nodeOf(facts);
  const told = (value: string | number | boolean) => mismatch(node, wantedValue(value)!);
  for (const value of taken) expect([value, told(value)]).toEqual([value, undefined]);
  for (const value of refused) expect([value, told(value)]).toEqual([value, `must be ${must}`]);
});

test('a long list is cut short', () => {
  const values = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [index, '']));
  const message = mismatch(nodeOf(choice(values)), wantedValue(40)!);
  expect(message).toBe(`must be one of ${Array.from({ length: 12 }, (_, index) => index).join(', ')}, …`);
});

test('bytes that a policy says to be bytes are sent as such to any node', () => {
  expect(mismatch(nodeOf(allow()), wantedValue({ format: 'b64', data: 'YQ==' })!)).toBeUndefined();
  expect(mismatch(nodeOf(allow()), wantedValue({ format: 'b64', data: '?' })!)).toBe(
    'must be bytes in Base64',
  );
});

test('no pattern and no value makes the check slow', () => {
  const node = nodeOf(text({ allowed: { kind: 'pattern', pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' } }));
  expect(mismatch(node, { format: undefined, data: 'a'.repeat(20_000) })).toMatch(/^must be/);
});
