import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphTargetPriority, strongestAssignments } from './assignment.ts';
import { contentOf, assigned, idOf, policyOf, randomAssigned, settingOf } from './fixtures/policies.ts';
import { resolve, type AssignedPolicy, type ResolvedDocument } from './resolve.ts';
import type { CombineRule } from './combine.ts';
import type { Json } from '../../kernel/json.ts';

const direct = (priority: number) => ({ kind: 'direct', priority }) as const;

/** Policies 1, 2, … that say one key, each with its value, all with the same priority and in the order of their age. */
function equallyStrong(combine: CombineRule, values: readonly Json[]) {
  const all = values.map((value, index) =>
    assigned(policyOf(index + 1, [settingOf('k', value, combine)]), direct(100), index + 1),
  );
  return summary(resolve('windows', all));
}

function summary({ policies, settings }: ResolvedDocument) {
  const [setting] = settings;
  const { value, winner, decision, conflict, losers } = setting!;
  return {
    value,
    winner: policies[winner]!.name,
    decision,
    conflict,
    losers: losers.map((loser) => `${policies[loser.policy]!.name} ${loser.why}`),
  };
}

test('no policies are an empty document', () => {
  expect(resolve('macOS', [])).toEqual({ system: 'macOS', policies: [], settings: [], notApplicable: [] });
});

test('different keys all apply, in the order of the policies and of their documents', () => {
  const weak = policyOf(1, [settingOf('z', 1), settingOf('a', 1)]);
  const strong = policyOf(2, [settingOf('y', 1), settingOf('b', 1)]);
  const document = resolve('windows', [assigned(weak, direct(9)), assigned(strong, direct(1))]);
  expect(document.settings.map(({ key, decision }) => [key, decision])).toEqual([
    ['y', 'only'],
    ['b', 'only'],
    ['z', 'only'],
    ['a', 'only'],
  ]);
});

test('the primary slot is stronger than priority 0, and a lower number than a higher', () => {
  const say = (number: number) => policyOf(number, [settingOf('k', number)]);
  const all = [
    assigned(say(1), direct(200)),
    assigned(say(2), direct(0)),
    assigned(say(3), { kind: 'primary' }),
  ];
  expect(summary(resolve('windows', all))).toEqual({
    value: 3,
    winner: 'P3',
    decision: 'priority',
    conflict: false,
    losers: ['P2 weaker', 'P1 weaker'],
  });
});

test('direct assignments, rules and Graph targets are measured with one scale', () => {
  const say = (number: number) => policyOf(number, [settingOf('k', number)]);
  const all = [
    assigned(say(1), direct(graphTargetPriority + 1)),
    assigned(say(2), { kind: 'group', groupId: 'g' }),
    assigned(say(3), { kind: 'rule', priority: graphTargetPriority - 1, ruleId: idOf(9) }),
  ];
  expect(strongestAssignments(all).map(({ policy }) => policy.name)).toEqual(['P3', 'P2', 'P1']);
});

test('equal strength without a rule: the older assignment counts, and it is a conflict', () => {
  expect(equallyStrong('first', ['new', 'newer'])).toEqual({
    value: 'new',
    winner: 'P1',
    decision: 'first',
    conflict: true,
    losers: ['P2 olderAssignmentWins'],
  });
});

test('equal strength and the same value are no conflict', () => {
  expect(
    equallyStrong('first', [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ]),
  ).toMatchObject({
    decision: 'agreement',
    conflict: false,
    losers: ['P2 sameValue'],
  });
});

test('of equally old assignments the older policy counts', () => {
  const say = (number: number) => assigned(policyOf(number, [settingOf('k', number)]), direct(100));
  expect(summary(resolve('windows', [say(2), say(1)]))).toMatchObject({
    value: 1,
    winner: 'P1',
    conflict: true,
  });
});

test('a rule that chooses makes the policy of the chosen value the winner', () => {
  expect(equallyStrong('larger', [8, 14, 12, 14])).toEqual({
    value: 14,
    winner: 'P2',
    decision: 'larger',
    conflict: false,
    losers: ['P1 notChosen', 'P3 notChosen', 'P4 sameValue'],
  });
});

test('a rule that unites makes the oldest the winner and the others part of the value', () => {
  expect(equallyStrong('union', [['b'], ['a'], ['a', 'b']])).toEqual({
    value: ['a', 'b'],
    winner: 'P1',
    decision: 'union',
    conflict: false,
    losers: ['P2 combined', 'P3 sameValue'],
  });
});

test('a rule that cannot take the values leaves a conflict', () => {
  expect(equallyStrong('larger', [8, 'many', 12])).toMatchObject({
    value: 8,
    decision: 'first',
    conflict: true,
  });
});

test('only equally strong values are combined', () => {
  const all = [
    assigned(policyOf(1, [settingOf('k', 4, 'larger')]), direct(1)),
    assigned(policyOf(2, [settingOf('k', 6, 'larger')]), direct(1)),
    assigned(policyOf(3, [settingOf('k', 99, 'larger')]), direct(2)),
  ];
  expect(summary(resolve('windows', all))).toMatchObject({
    value: 6,
    winner: 'P2',
    losers: ['P1 notChosen', 'P3 weaker'],
  });
});

test('of a policy that a device has in several ways the strongest counts', () => {
  const policy = policyOf(1, [settingOf('k', 1)]);
  const all = [
    assigned(policy, { kind: 'allDevices' }),
    assigned(policy, direct(5)),
    assigned(policy, direct(7)),
  ];
  const { policies, settings } = resolve('windows', all);
  expect(policies).toEqual([{ id: idOf(1), name: 'P1', version: 1, source: direct(5) }]);
  expect(settings[0]).toMatchObject({ decision: 'only', losers: [] });
});

test('an exclusion takes the whole policy away', () => {
  const all = [
    assigned(policyOf(1, [settingOf('k', 1)]), { kind: 'primary' }),
    assigned(policyOf(2, []), direct(1)),
  ];
  const document = resolve('windows', all, [{ policyId: idOf(1), groupId: 'g' }]);
  expect(document.policies.map(({ name }) => name)).toEqual(['P2']);
  expect(document.settings).toEqual([]);
});

test('a policy for another system says so and sets nothing', () => {
  const policy = { ...policyOf(1, [settingOf('k', 1)]), systems: ['macOS'] as const };
  expect(resolve('iOS', [assigned(policy, direct(1))])).toMatchObject({
    settings: [],
    notApplicable: [
      {
        policy: 0,
        property: null,
        reason: 'otherSystem',
        message: 'The policy is for macOS; the device runs iOS.',
      },
    ],
  });
});

test('resolving does not depend on the order of the input', () => {
  const shuffled = randomAssigned.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, others]) => {
      expect(resolve('windows', others)).toStrictEqual(resolve('windows', all));
    }),
  );
});

test('assigning again in the same ways changes nothing', () => {
  fc.assert(
    fc.property(randomAssigned, (all) => {
      expect(resolve('windows', [...all, ...all])).toStrictEqual(resolve('windows', all));
    }),
  );
});

test('an unrelated policy changes no key', () => {
  fc.assert(
    fc.property(randomAssigned, fc.constantFrom(0, 100, 10_000), (all, priority) => {
      const unrelated = assigned(policyOf(99, [settingOf('unrelated', 1)]), direct(priority));
      const before = contentOf(resolve('windows', all));
      const after = contentOf(resolve('windows', [...all, unrelated]));
      after.delete('unrelated');
      expect(after).toStrictEqual(before);
    }),
  );
});

test('every policy that says a key is its one winner or one of its losers', () => {
  fc.assert(
    fc.property(randomAssigned, (all) => {
      const document = resolve('windows', all);
      const saying = new Map<string, Set<string>>();
      for (const { policy } of all) {
        for (const { key } of policy.settings) saying.set(key, (saying.get(key) ?? new Set()).add(policy.id));
      }
      expect(new Set(document.settings.map(({ key }) => key))).toEqual(new Set(saying.keys()));
      for (const { key, winner, losers } of document.settings) {
        const named = [winner, ...losers.map(({ policy }) => policy)];
        expect(new Set(named.map((index) => document.policies[index]!.id))).toEqual(saying.get(key));
        expect(named).toHaveLength(saying.get(key)!.size);
      }
    }),
  );
});

const without = (all: readonly AssignedPolicy[], id: string) => all.filter(({ policy }) => policy.id !== id);

test('removing the winner promotes the strongest loser', () => {
  fc.assert(
    fc.property(randomAssigned, (all) => {
      const document = resolve('windows', all);
      for (const { key, combine, winner, losers } of document.settings) {
        const after = resolve('windows', without(all, document.policies[winner]!.id));
        const now = after.settings.find((setting) => setting.key === key);
        expect(now === undefined).toBe(losers.length === 0);
        if (!now) continue;
        const ids = losers.map(({ policy }) => document.policies[policy]!.id);
        expect(ids).toContain(after.policies[now.winner]!.id);
        if (combine !== 'first') continue;
        expect(after.policies[now.winner]!.id).toBe(ids[0]);
        expect(now.value).toStrictEqual(losers[0]!.value);
      }
    }),
  );
});

test('removing a weaker loser leaves the value', () => {
  fc.assert(
    fc.property(randomAssigned, (all) => {
      const document = resolve('windows', all);
      for (const { key, value, losers } of document.settings) {
        for (const { policy } of losers.filter(({ why }) => why === 'weaker')) {
          const after = resolve('windows', without(all, document.policies[policy]!.id));
          expect(after.settings.find((setting) => setting.key === key)!.value).toStrictEqual(value);
        }
      }
    }),
  );
});

test('what was resolved resolves to itself', () => {
  fc.assert(
    fc.property(randomAssigned, (all) => {
      const { settings } = resolve('windows', all);
      const plain = settings.map(({ key, value, combine }) => settingOf(key, value, combine));
      const again = resolve('windows', [assigned(policyOf(1, plain), direct(1))]);
      expect(again.settings.map(({ key, value }) => [key, value])).toStrictEqual(
        settings.map(({ key, value }) => [key, value]),
      );
    }),
  );
});
