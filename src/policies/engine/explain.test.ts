import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AssignmentSource } from './assignment.ts';
import { compilePolicy } from './compile/kinds.ts';
import { explain, type ExplainedDevice, type Progress } from './explain.ts';
import { assigned, idOf, policyOf, randomAssigned, settingOf } from './fixtures/policies.ts';
import { resolve, type AssignedPolicy } from './resolve.ts';

const direct = (priority: number) => ({ kind: 'direct', priority }) as const;

function explainedOn(all: readonly AssignedPolicy[], device: Partial<ExplainedDevice> = {}) {
  return explain(resolve('windows', all), {
    osVersion: undefined,
    supervised: undefined,
    assigned: all,
    progressOf: () => undefined,
    ...device,
  });
}

test('the winner comes with its assignment, its rule and why the audience has the device', () => {
  const source: AssignmentSource = { kind: 'rule', priority: 100, ruleId: idOf(8) };
  const assignment = {
    source,
    assignedAt: new Date('2026-02-03T04:05:06Z'),
    rule: {
      name: 'Sales gets more',
      audiences: [{ id: idOf(9), name: 'Sales', reasons: ['tag:sales', 'user.department:Sales'] }],
    },
  };
  const all = [
    { policy: policyOf(1, [settingOf('k', 'strong')], 4), assignment },
    assigned(policyOf(2, [settingOf('k', 'weak')]), direct(200)),
  ];
  expect(explainedOn(all).settings).toEqual([
    {
      platform: 'windows',
      key: 'k',
      title: 'k',
      value: 'strong',
      state: 'pending',
      reason: null,
      decision: 'priority',
      winner: { id: idOf(1), name: 'P1', version: 4, source, assignment },
      losers: [
        {
          id: idOf(2),
          name: 'P2',
          version: 1,
          source: direct(200),
          assignment: all[1]!.assignment,
          value: 'weak',
          why: 'weaker',
        },
      ],
      reported: null,
    },
  ]);
});

test('a conflict names the policies', () => {
  const all = [1, 2, 3].map((number) =>
    assigned(policyOf(number, [settingOf('k', number)]), direct(1), number),
  );
  expect(explainedOn(all).settings[0]).toMatchObject({
    state: 'conflict',
    reason: "'P2', 'P3', and 'P1' are equally strong and say different things; 'P1' was assigned first.",
  });
});

test('progress tells how far a setting is; an error is told before a conflict', () => {
  const all = [1, 2].map((number) => assigned(policyOf(number, [settingOf('k', number)]), direct(1), number));
  const reported = { value: 1, at: new Date(0) };
  const error: Progress = { state: 'error', reason: '404: there is no such node', reported };
  expect(explainedOn(all, { progressOf: () => error }).settings[0]).toMatchObject(error);
  const verified: Progress = { state: 'verified', reason: null, reported };
  expect(explainedOn(all.slice(0, 1), { progressOf: () => verified }).settings[0]).toMatchObject(verified);
});

const phone = compilePolicy({
  id: idOf(1),
  kind: 'iosGeneralDeviceConfiguration',
  name: 'Phones',
  version: 1,
  document: { airDropBlocked: true, nfcBlocked: true, passcodeRequired: true },
});

test.each([
  [
    '14.1.9',
    true,
    { allowAirDrop: 'pending', allowNFC: 'It needs iOS 14.2; the device has 14.1.9.', forcePIN: 'pending' },
  ],
  ['14.2', true, { allowAirDrop: 'pending', allowNFC: 'pending', forcePIN: 'pending' }],
  ['14.10', undefined, { allowAirDrop: 'pending', allowNFC: 'pending', forcePIN: 'pending' }],
  [
    '18.1',
    false,
    {
      allowAirDrop: 'It needs a supervised device, and this one is not.',
      allowNFC: 'It needs a supervised device, and this one is not.',
      forcePIN: 'pending',
    },
  ],
  [undefined, undefined, { allowAirDrop: 'pending', allowNFC: 'pending', forcePIN: 'pending' }],
])('on iOS %s, supervised %s', (osVersion, supervised, expected) => {
  const all = [assigned(phone, direct(1))];
  const { settings } = explain(resolve('iOS', all), {
    osVersion,
    supervised,
    assigned: all,
    progressOf: () => undefined,
  });
  const states = settings.map(({ key, state, reason }) => [
    key.split('/')[1],
    state === 'notApplicable' ? reason : state,
  ]);
  expect(Object.fromEntries(states)).toEqual(expected);
});

test('every key is explained once, with one winner that the device has', () => {
  fc.assert(
    fc.property(randomAssigned, (all) => {
      const { settings } = explainedOn(all);
      expect(new Set(settings.map(({ key }) => key)).size).toBe(settings.length);
      for (const { winner, losers } of settings) {
        for (const { id, assignment } of [winner, ...losers]) {
          expect(all.some((item) => item.policy.id === id && item.assignment === assignment)).toBe(true);
        }
        expect(losers.map(({ id }) => id)).not.toContain(winner.id);
      }
    }),
  );
});

test('what does not apply names its policy, and exclusions are told', () => {
  const policy = {
    ...policyOf(1, []),
    notApplicable: [
      { property: 'compliantAppsList', value: 1, reason: 'reportedOnly', message: 'For reports.' } as const,
    ],
  };
  const exclusions = [{ policyId: idOf(2), groupId: 'g' }];
  const explanation = explainedOn([assigned(policy, direct(1))], { exclusions });
  expect(explanation.notApplicable).toMatchObject([
    { property: 'compliantAppsList', policy: { name: 'P1' } },
  ]);
  expect(explanation.exclusions).toBe(exclusions);
});
