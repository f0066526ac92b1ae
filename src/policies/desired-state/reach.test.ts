import { expect, test } from 'vitest';
import type { AssignmentTarget } from '../../directory/index.ts';
import { idOf } from '../engine/fixtures/policies.ts';
import { reachingOf, type PolicyHead, type ReachedTarget } from './reach.ts';

const since = new Date('2026-03-01T12:00:00.000Z');
const group = (groupId: string): AssignmentTarget => ({ kind: 'group', groupId });
const exclusion = (groupId: string): AssignmentTarget => ({ kind: 'exclusionGroup', groupId });
const filter = { filter: { id: 'f', type: 'include' as const } };

function reached(number: number, ...targets: readonly AssignmentTarget[]): ReachedTarget[] {
  const policy: PolicyHead = { id: idOf(number), name: `P${number}`, version: 1 };
  return targets.map((target) => ({ policy, target, createdAt: since }));
}

/** What is assigned, excluded and undecided, by the names of the policies. */
function outcome(...targets: readonly AssignmentTarget[]) {
  const names = new Map([
    ['g1', 'Sales'],
    ['g2', 'Design'],
  ]);
  const { assigned, exclusions, filtered } = reachingOf(reached(1, ...targets), names);
  return {
    assigned: assigned.map(({ assignment: { source, groupName } }) => groupName ?? source.kind),
    excluded: exclusions.map(({ groupName }) => groupName),
    filtered: filtered.map(({ targetName }) => targetName),
  };
}

const nothing = { assigned: [], excluded: [], filtered: [] };
const all: AssignmentTarget = { kind: 'allDevices' };

test.each<[string, AssignmentTarget[], Partial<typeof nothing> | object]>([
  ['no targets', [], {}],
  ['every way is told', [all, group('g1')], { assigned: ['allDevices', 'Sales'] }],
  ['all users', [{ kind: 'allLicensedUsers' }], { assigned: ['allLicensedUsers'] }],
  ['a collection reaches nobody', [{ kind: 'configurationManagerCollection', collectionId: 'SMS00001' }], {}],
  [
    'an excluded group takes a policy from those who have it',
    [all, exclusion('g2')],
    { assigned: ['allDevices'], excluded: ['Design'] },
  ],
  ['an excluded group alone says nothing', [exclusion('g2')], {}],
  ['a filter leaves the policy out', [{ ...all, ...filter }], { filtered: ['all devices'] }],
  ['a filter on a group', [{ ...group('g1'), ...filter }], { filtered: ["the group 'Sales'"] }],
  [
    'a filter does not matter when another target has none',
    [{ ...all, ...filter }, group('g1')],
    { assigned: ['Sales'] },
  ],
  [
    'a filter does not matter for who is excluded anyway',
    [{ ...all, ...filter }, exclusion('g2')],
    { assigned: ['allDevices'], excluded: ['Design'] },
  ],
  [
    'an exclusion with a filter may or may not count',
    [all, { ...exclusion('g2'), ...filter }],
    { filtered: ["the group 'Design'"] },
  ],
  ['an exclusion with a filter alone says nothing', [{ ...exclusion('g2'), ...filter }], {}],
])('%s', (_, targets, expected) => {
  expect(outcome(...targets)).toEqual({ ...nothing, ...expected });
});

test('each policy is judged by its own targets', () => {
  const targets = [...reached(1, all, exclusion('g1')), ...reached(2, all)];
  const { assigned, exclusions } = reachingOf(targets, new Map());
  expect(assigned.map(({ policy }) => policy.name)).toEqual(['P1', 'P2']);
  expect(exclusions).toEqual([{ policyId: idOf(1), groupId: 'g1', groupName: 'g1' }]);
});
