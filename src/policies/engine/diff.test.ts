import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import { diff } from './diff.ts';
import { assigned, policyOf, randomAssigned, settingOf } from './fixtures/policies.ts';
import { resolve, type AssignedPolicy, type ResolvedDocument } from './resolve.ts';

const direct = (priority: number) => ({ kind: 'direct', priority }) as const;
const resolved = (...all: AssignedPolicy[]) => resolve('windows', all);
const weak = policyOf(1, [settingOf('same', 1), settingOf('other', 'weak'), settingOf('weak only', 1)]);
const strong = policyOf(2, [settingOf('same', 1), settingOf('other', 'strong'), settingOf('strong only', 1)]);

test('a stronger policy adds, changes, takes over, and makes losers', () => {
  const difference = diff(
    resolved(assigned(weak, direct(9))),
    resolved(assigned(weak, direct(9)), assigned(strong, direct(1))),
  );
  expect(difference.added).toMatchObject([{ key: 'strong only', value: 1, winner: { name: 'P2' } }]);
  expect(difference.changed).toMatchObject([
    {
      key: 'other',
      before: { value: 'weak', winner: { name: 'P1' } },
      after: { value: 'strong', winner: { name: 'P2' } },
    },
  ]);
  expect(difference.removed).toEqual([]);
  expect(difference.handedOver).toMatchObject([{ key: 'same', before: { winner: { name: 'P1' } } }]);
  expect(difference.losers.new.map(({ key, policy, why }) => `${key} ${policy.name} ${why}`)).toEqual([
    'same P1 sameValue',
    'other P1 weaker',
  ]);
  expect(difference.losers.gone).toEqual([]);
});

test('conflicts come and go', () => {
  const one = resolved(assigned(weak, direct(1)));
  const both = resolved(assigned(weak, direct(1)), assigned(strong, direct(1)));
  expect(diff(one, both).conflicts).toEqual({
    new: [{ platform: 'windows', key: 'other', title: 'other' }],
    gone: [],
  });
  expect(diff(both, one).conflicts.gone).toHaveLength(1);
});

test('what devices cannot take comes and goes', () => {
  const mac = { ...policyOf(3, []), systems: ['macOS'] as const };
  const { notApplicable } = diff(resolved(), resolved(assigned(mac, direct(1))));
  expect(notApplicable).toMatchObject({ new: [{ reason: 'otherSystem', policy: { name: 'P3' } }], gone: [] });
});

test('a new version of a policy that says the same is no difference', () => {
  const before = resolved(assigned(policyOf(1, [settingOf('k', { a: 1, b: 2 })]), direct(1)));
  const after = resolved(assigned(policyOf(1, [settingOf('k', { b: 2, a: 1 })], 2), direct(1)));
  expect(isEmpty(diff(before, after))).toBe(true);
});

function isEmpty({ losers, conflicts, notApplicable, ...lists }: ReturnType<typeof diff>): boolean {
  return [
    ...Object.values(lists),
    ...[losers, conflicts, notApplicable].flatMap((item) => [item.new, item.gone]),
  ].every((list) => list.length === 0);
}

const valuesOf = ({ settings }: ResolvedDocument) =>
  new Map<string, Json>(settings.map(({ key, value }) => [key, value]));

test('applied to the values before, the difference gives the values after; backwards, those before', () => {
  fc.assert(
    fc.property(randomAssigned, randomAssigned, (one, other) => {
      const [before, after] = [resolved(...one), resolved(...other)];
      const { added, changed, removed } = diff(before, after);
      const values = valuesOf(before);
      for (const { key, value } of removed) {
        expect(values.get(key)).toStrictEqual(value);
        values.delete(key);
      }
      for (const change of changed) {
        expect(values.get(change.key)).toStrictEqual(change.before.value);
        values.set(change.key, change.after.value);
      }
      for (const { key, value } of added) {
        expect(values.has(key)).toBe(false);
        values.set(key, value);
      }
      expect(values).toEqual(valuesOf(after));

      const back = diff(after, before);
      expect(keysOf(back.added)).toEqual(keysOf(removed));
      expect(keysOf(back.removed)).toEqual(keysOf(added));
      expect(keysOf(back.changed)).toEqual(keysOf(changed));
    }),
  );
});

const keysOf = (items: readonly { readonly key: string }[]) => items.map(({ key }) => key).sort();

test('a document does not differ from itself', () => {
  fc.assert(fc.property(randomAssigned, (all) => isEmpty(diff(resolved(...all), resolved(...all)))));
});
