import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assigned, idOf, policyOf, randomAssigned, settingOf } from './fixtures/policies.ts';
import { documentKey, policySetKey } from './policy-set.ts';
import { resolve } from './resolve.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const direct = (priority: number) => ({ kind: 'direct', priority }) as const;

test('the key names system, policies and sources, strongest first', () => {
  const all = [
    assigned(policyOf(1, []), { kind: 'rule', priority: 200, ruleId: idOf(7) }),
    assigned(policyOf(2, []), { kind: 'primary' }),
    assigned(policyOf(3, []), { kind: 'group', groupId: 'g1' }),
    assigned(policyOf(4, []), { kind: 'allDevices' }),
  ];
  expect(policySetKey('windows', all, [{ policyId: idOf(4), groupId: 'g2' }])).toBe(
    ['windows', `${idOf(2)} primary`, `${idOf(3)} group g1`, `${idOf(1)} rule 200 ${idOf(7)}`].join('\n'),
  );
});

test('a new version of a policy is the same set and another document', () => {
  const set = (version: number) => [assigned(policyOf(1, [settingOf('k', version)], version), direct(1))];
  expect(policySetKey('windows', set(1))).toBe(policySetKey('windows', set(2)));
  expect(documentKey(resolve('windows', set(1)), sha256)).not.toBe(
    documentKey(resolve('windows', set(2)), sha256),
  );
});

test.each([
  ['another policy', [assigned(policyOf(2, []), direct(1))]],
  ['another priority', [assigned(policyOf(1, []), direct(2))]],
  ['another kind', [assigned(policyOf(1, []), { kind: 'primary' })]],
  ['nothing', []],
] as const)('%s is another set', (_name, other) => {
  expect(policySetKey('windows', other)).not.toBe(
    policySetKey('windows', [assigned(policyOf(1, []), direct(1))]),
  );
});

test('the days do not matter, their order does', () => {
  const [one, two] = [policyOf(1, [settingOf('k', 1)]), policyOf(2, [settingOf('k', 2)])];
  const pair = (dayOfOne: number, dayOfTwo: number) => [
    assigned(one, direct(1), dayOfOne),
    assigned(two, direct(1), dayOfTwo),
  ];
  expect(policySetKey('windows', pair(1, 2))).toBe(policySetKey('windows', pair(5, 9)));
  expect(policySetKey('windows', pair(1, 2))).not.toBe(policySetKey('windows', pair(2, 1)));
});

test('devices with the same set share one document', () => {
  fc.assert(
    fc.property(randomAssigned, fc.nat(20), (all, days) => {
      const later = all.map((item) => ({
        ...item,
        assignment: {
          ...item.assignment,
          assignedAt: new Date(item.assignment.assignedAt.getTime() * 2 + days),
          rule: { name: 'Rule', audiences: [{ id: idOf(5), name: 'Sales', reasons: [`tag:${days}`] }] },
        },
      }));
      const content = JSON.stringify(resolve('windows', all));
      expect(policySetKey('windows', later)).toBe(policySetKey('windows', all));
      expect(JSON.stringify(resolve('windows', later))).toBe(content);
    }),
  );
});

test('the address does not depend on the order of members in values', () => {
  const of = (value: { a: number; b: number }) =>
    documentKey(resolve('windows', [assigned(policyOf(1, [settingOf('k', value)]), direct(1))]), sha256);
  expect(of({ a: 1, b: 2 })).toBe(of({ b: 2, a: 1 }));
  expect(of({ a: 1, b: 2 })).not.toBe(of({ a: 2, b: 1 }));
  expect(of({ a: 1, b: 2 })).toMatch(/^[0-9a-f]{64}$/);
});
