import { expect, test } from 'vitest';
import { systemOf } from './system.ts';

test.each([
  ['macOS', 'macOS'],
  ['Mac OS X', 'macOS'],
  ['OS X', 'macOS'],
  ['iOS', 'iOS'],
  ['iPadOS', 'iOS'],
  ['iPhone OS', 'iOS'],
  ['tvOS', undefined],
  ['visionOS', undefined],
  ['', undefined],
])('an Apple device that runs %j takes the policies for %s', (os, system) => {
  expect(systemOf({ platform: 'apple', os })).toBe(system);
});
