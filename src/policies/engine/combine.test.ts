import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import { combine, conflictResolutions, isChoice, type CombineRule } from './combine.ts';

test.each<[CombineRule, Json, Json, Json | undefined]>([
  ['first', 1, 2, undefined],
  ['and', true, false, false],
  ['and', true, true, true],
  ['or', true, false, true],
  ['or', false, false, false],
  ['and', true, 'true', undefined],
  ['smaller', 3, 2, 2],
  ['smaller', 3, '2', '2'],
  ['smaller', '3', 3, 3],
  ['smaller', 3, 'few', undefined],
  ['smaller', 3, true, undefined],
  ['larger', 3, 12, 12],
  ['larger', '3', '12', '12'],
  ['smallerUnlessZero', 0, 12, 12],
  ['smallerUnlessZero', 15, 0, 15],
  ['smallerUnlessZero', 15, 12, 12],
  ['smallerUnlessZero', 0, 0, 0],
  ['union', ['b', 'a'], ['c', 'b'], ['a', 'b', 'c']],
  ['union', ['b'], 'b', undefined],
  ['union', [{ a: 1, b: 2 }], [{ b: 2, a: 1 }], [{ a: 1, b: 2 }]],
  ['intersection', ['b', 'a'], ['c', 'b'], ['b']],
  ['append', ['b', 'a'], ['c', 'b'], ['b', 'a', 'c', 'b']],
  [
    'unionOfMembers',
    { Camera: ['a'] },
    { Camera: ['b'], Photos: ['a'] },
    { Camera: ['a', 'b'], Photos: ['a'] },
  ],
  ['unionOfMembers', { Camera: ['a'] }, { Camera: 'b' }, undefined],
  ['unionOfMembers', { Camera: ['a'] }, ['b'], undefined],
  [{ earliestOf: ['deny', 'ask', 'allow'] }, 'allow', 'ask', 'ask'],
  [{ latestOf: ['off', 'on'] }, 'on', 'off', 'on'],
  [{ latestOf: ['off', 'on'] }, 'on', 'maybe', undefined],
])('%j of %j and %j is %j', (rule, left, right, expected) => {
  expect(combine(rule, left, right)).toEqual(expected);
});

test('the conflict resolutions of DDF files choose the more secure value', () => {
  expect(combine(conflictResolutions.HighestValueMostSecure, 4, 8)).toBe(8);
  expect(combine(conflictResolutions.LowestValueMostSecureZeroHasNoLimits, 0, 5)).toBe(5);
  expect(combine(conflictResolutions.HighestValueMostSecureZeroHasNoLimits, 0, 5)).toBe(5);
  expect(combine(conflictResolutions.LastWrite, 0, 5)).toBeUndefined();
});

const integer = fc.integer({ min: -3, max: 3 });
const number = fc.oneof(integer, integer.map(String));
const lists = fc.array(fc.oneof(fc.nat(2), fc.constantFrom('1', 'a'), fc.constant({ x: 1 })), {
  maxLength: 4,
});
const order = ['off', 'ask', 'on'];
const valuesOf: readonly (readonly [CombineRule, fc.Arbitrary<Json>])[] = [
  ['and', fc.boolean()],
  ['or', fc.boolean()],
  ['smaller', number],
  ['smallerUnlessZero', number],
  ['larger', number],
  ['union', lists],
  ['intersection', lists],
  [
    'unionOfMembers',
    fc.dictionary(fc.constantFrom('Camera', 'Photos', '__proto__'), lists, { noNullPrototype: true }),
  ],
  [{ earliestOf: order }, fc.constantFrom(...order)],
  [{ latestOf: order }, fc.constantFrom(...order)],
];

test.each(valuesOf)('%j does not depend on order or grouping', (rule, values) => {
  const both = (left: Json, right: Json) => combine(rule, left, right)!;
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      expect(both(a, b)).toStrictEqual(both(b, a));
      expect(both(both(a, b), c)).toStrictEqual(both(a, both(b, c)));
      expect(both(both(a, b), b)).toStrictEqual(both(a, b));
    }),
  );
});

test.each(valuesOf.filter(([rule]) => isChoice(rule)))('%j gives one of the two values', (rule, values) => {
  fc.assert(fc.property(values, values, (a, b) => [a, b].includes(combine(rule, a, b)!)));
});

test('append depends on the order alone', () => {
  fc.assert(
    fc.property(lists, lists, lists, (a, b, c) => {
      const both = (left: Json, right: Json) => combine('append', left, right)!;
      expect(both(both(a, b), c)).toStrictEqual(both(a, both(b, c)));
    }),
  );
});
