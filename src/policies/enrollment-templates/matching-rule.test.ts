import { describe, expect, test } from 'vitest';
import { matchingRule, type Enrolling } from './matching-rule.ts';
import type { TemplateCondition } from './template.ts';

const nothing: TemplateCondition = { tags: [], auxiliaryFields: [], patterns: [], identifiers: [] };
const ada: Enrolling = {
  device: { serialNumber: 'SN-1', imei: null, platformId: 'A0B1' },
  user: { tags: ['sales', 'oslo'], metadata: { department: 'Sales', floor: 3, 'free.text': null } },
  email: 'Ada@Example.com',
};
const stranger: Enrolling = { ...ada, user: undefined, email: undefined };

const isMet = (condition: Partial<TemplateCondition>, enrolling = ada) =>
  matchingRule([{ conditions: [{ ...nothing, ...condition }] }], enrolling) === 0;

test('the first rule that is for the PC counts', () => {
  const never = { conditions: [{ ...nothing, identifiers: ['another'] }] };
  const always = { conditions: [] };
  expect(matchingRule([never, always, always], ada)).toBe(1);
  expect(matchingRule([never], ada)).toBeUndefined();
  expect(matchingRule([], ada)).toBeUndefined();
});

test('one of the conditions is enough, but all that it says must be so', () => {
  const sales = { ...nothing, tags: [['sales']] };
  const elsewhere = { ...nothing, tags: [['sales']], identifiers: ['another'] };
  expect(matchingRule([{ conditions: [elsewhere, sales] }], ada)).toBe(0);
  expect(matchingRule([{ conditions: [elsewhere] }], ada)).toBeUndefined();
  expect(isMet({}, stranger)).toBe(true);
});

test.each<[readonly (readonly string[])[], boolean]>([
  [[['sales', 'oslo']], true],
  [[['sales', 'rome']], false],
  [[['rome'], ['oslo']], true],
])('tags %j', (tags, expected) => {
  expect(isMet({ tags })).toBe(expected);
  expect(isMet({ tags }, stranger)).toBe(false);
});

test.each([
  ['department', 'Sales', true],
  ['department', 'sales', false],
  ['floor', '3', true],
  ['free.text', 'null', false],
  ['constructor', 'Sales', false],
])('the field %s with the value %s', (key, value, expected) => {
  expect(isMet({ auxiliaryFields: [[{ key, value }]] })).toBe(expected);
  expect(isMet({ auxiliaryFields: [[{ key, value }]] }, stranger)).toBe(false);
});

describe('an e-mail address', () => {
  test.each([
    ['ada@example.com', true],
    ['*@example.com', true],
    ['*@EXAMPLE.*', true],
    ['a*a*m', true],
    ['*', true],
    ['**', true],
    ['ada', false],
    ['ada@example.com*com', false],
    ['*a@example.com*ada*', false],
    ['a.a@example.com', false],
  ])('and the pattern %s', (pattern, expected) => {
    expect(isMet({ patterns: [pattern] })).toBe(expected);
  });

  test('that nobody knows fits no pattern', () => {
    expect(isMet({ patterns: ['*'] }, stranger)).toBe(false);
  });

  test('is compared in no time, however the pattern is made', () => {
    expect(isMet({ patterns: [`${'*a'.repeat(120)}b`] }, { ...ada, email: 'a'.repeat(10_000) })).toBe(false);
  });
});

test.each([
  ['sn-1', true],
  ['a0b1', true],
  ['SN', false],
])('the identifier %s', (identifier, expected) => {
  expect(isMet({ identifiers: [identifier] })).toBe(expected);
});
