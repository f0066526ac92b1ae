import { expect, test } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import { needsUser, nodeFormat, type CspNode, type NodeFormat, type SentValue } from './index.ts';

const node = (facts: Partial<CspNode>): CspNode => ({
  path: './Device/A',
  format: 'chr',
  access: ['Replace'],
  ...facts,
});

const digits = { kind: 'enum', values: { 0: 'Off', 1: 'On' } } as const;

test.each<[Partial<CspNode>, Json, NodeFormat, string | null]>([
  [{ format: 'int' }, 5, 'int', '5'],
  [{ format: 'int' }, ' 0012 ', 'int', '12'],
  [{ format: 'int' }, '-1', 'int', '-1'],
  [{ format: 'int' }, '4294967296000', 'int', '4294967296000'],
  [{ format: 'int' }, 'many', 'int', 'many'],
  [{ format: 'int' }, '0x10', 'int', '0x10'],
  [{ format: 'int', allowed: { kind: 'flags', values: {} } }, '0x10', 'int', '16'],
  [{ format: 'int' }, { format: 'chr', data: '7' }, 'int', '7'],
  [{ format: 'bool' }, true, 'bool', 'true'],
  [{ format: 'bool' }, '0', 'bool', 'false'],
  [{ format: 'bool' }, 'TRUE', 'bool', 'true'],
  [{ format: 'bool', allowed: digits }, true, 'bool', '1'],
  [{ format: 'bool', allowed: digits }, 'false', 'bool', '0'],
  [{ format: 'chr' }, 5, 'chr', '5'],
  [{ format: 'chr' }, ' as is ', 'chr', ' as is '],
  [{ format: 'chr' }, { format: 'xml', data: '<enabled/>' }, 'chr', '<enabled/>'],
  [{ format: 'chr' }, { format: 'b64', data: 'YQ==' }, 'b64', 'YQ=='],
  [{ format: 'b64' }, 'Y Q=\n=', 'b64', 'YQ=='],
  [{ format: 'xml' }, '<a/>', 'xml', '<a/>'],
  [{ format: 'null' }, '', 'null', null],
  [{ format: 'node' }, '', 'node', null],
  [{ format: 'time' }, { format: 'dateTime', data: '2026-01-01T00:00:00Z' }, 'time', '2026-01-01T00:00:00Z'],
])('a node %j gets %j as %s', (facts, value, format, data) => {
  expect(nodeFormat(node(facts), value)).toEqual({ format, data, guessed: false });
});

test.each<[Json, NodeFormat, string | null]>([
  ['<enabled/>', 'chr', '<enabled/>'],
  ['1', 'int', '1'],
  [-3, 'int', '-3'],
  [1.5, 'chr', '1.5'],
  [true, 'bool', 'true'],
  ['', 'chr', ''],
  ['2026', 'int', '2026'],
  [{ format: 'chr', data: '2026' }, 'chr', '2026'],
  [{ format: 'float', data: 1.5 }, 'float', '1.5'],
  [{ format: 'xml', data: '<a/>' }, 'xml', '<a/>'],
  [{ format: 'null', data: '' }, 'null', null],
])('a node that is not known gets %j as %s by its look', (value, format, data) => {
  const sent: SentValue = { format, data, guessed: true };
  expect(nodeFormat(undefined, value)).toEqual(sent);
  const ofArea = node({ path: './Device/Vendor/MSFT/Policy/Config/{AreaName}/{PolicyName}', format: 'null' });
  expect(nodeFormat(ofArea, value)).toEqual(sent);
});

test.each<Json>([null, [1], { format: 'chr', secret: 'x' }, { data: {} }, {}])('%j is no value', (value) => {
  expect(nodeFormat(undefined, value)).toBeUndefined();
});

test('what is below ./User waits for a user', () => {
  expect(needsUser({ path: './user/Vendor/MSFT/A' })).toBe(true);
  expect(needsUser({ path: './Device/User/A' })).toBe(false);
});
