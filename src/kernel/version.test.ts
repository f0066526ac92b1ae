import { expect, test } from 'vitest';
import { isOlder } from './version.ts';

test.each([
  ['10.9.5', '10.10', true],
  ['10.10', '10.9.5', false],
  ['13', '13.0.0', false],
  ['13.0.0', '13', false],
  ['12.9', '13', true],
  ['26.1', '9.3', false],
  ['unknown', '4.2.1', true],
])('%s comes before %s: %s', (version, other, expected) => {
  expect(isOlder(version, other)).toBe(expected);
});
