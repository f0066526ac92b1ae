import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import { digestOfValue, nothingDelivered } from '../delivery/index.ts';
import { explain, resolve } from '../engine/index.ts';
import type { AssignedPolicy } from '../engine/resolve.ts';
import { assigned, idOf, policyOf, randomAssigned, settingOf } from '../engine/fixtures/policies.ts';
import { progressOf } from '../reported-progress.ts';
import { shareOf } from './policy-share.ts';
import { statusOnDevice, statusReader, type StatusDevice } from './status-on-device.ts';

const direct = (priority: number) => ({ kind: 'direct', priority }) as const;
const allDevices = { kind: 'allDevices' } as const;

const windows: StatusDevice = {
  platform: 'windows',
  config: {},
  configDates: {},
  enrolledAt: null,
  lastStatusReportAt: null,
  osVersion: undefined,
  supervised: undefined,
};

const reporting = (config: Record<string, Json>): StatusDevice => ({
  ...windows,
  config: Object.fromEntries(Object.entries(config).map(([key, value]) => [nodeOf(key), value])),
});
const nodeOf = (key: string) => `./device/${key}`;
const failed = { isError: true, status: 500 };

/** A policy with the settings `a: 1, b: 1, …`. */
const wanting = (number: number, values: Record<string, Json>) =>
  policyOf(
    number,
    Object.entries(values).map(([key, value]) => settingOf(nodeOf(key), value)),
  );

function statusOf(all: readonly AssignedPolicy[], device: StatusDevice, number = 1, version = 1) {
  return statusOnDevice(shareOf(resolve('windows', all), { id: idOf(number), version }), device);
}

const alone = [assigned(wanting(1, { a: 1, b: 1 }), allDevices)];

test.each<[reported: Record<string, Json>, status: string, settings: string[]]>([
  [{}, 'pending', ['pending', 'pending']],
  [{ a: '1' }, 'pending', ['compliant', 'pending']],
  [{ a: '1', b: 1 }, 'compliant', ['compliant', 'compliant']],
  [{ a: '1', b: failed }, 'error', ['compliant', 'error']],
  [{ a: '2', b: failed }, 'error', ['pending', 'error']],
])('a device that reports %j is %s', (reported, status, settings) => {
  expect(statusOf(alone, reporting(reported))).toEqual({ status, settings });
});

test('equally strong policies that differ are both in conflict, whatever the device has', () => {
  const all = [assigned(wanting(1, { a: 1, b: 1 }), direct(5)), assigned(wanting(2, { a: 2 }), direct(5), 2)];
  const device = reporting({ a: 1, b: 1 });
  expect(statusOf(all, device, 1)).toEqual({ status: 'conflict', settings: ['conflict', 'compliant'] });
  expect(statusOf(all, device, 2)).toEqual({ status: 'conflict', settings: ['conflict'] });
});

test("an error is the policy's whose value the device could not take", () => {
  const all = [assigned(wanting(1, { a: 1 }), direct(5)), assigned(wanting(2, { a: 2 }), direct(5), 2)];
  const device = reporting({ a: failed });
  expect([1, 2].map((number) => statusOf(all, device, number).status)).toEqual(['error', 'conflict']);
});

test('a policy that says what the winner says is as far as the winner is', () => {
  const all = [assigned(wanting(1, { a: 1 }), direct(5)), assigned(wanting(2, { a: 1 }), direct(7))];
  expect(statusOf(all, reporting({ a: 1 }), 2).status).toBe('compliant');
  expect(statusOf(all, reporting({}), 2).status).toBe('pending');
});

test('a policy that stronger ones overrule throughout is not applicable', () => {
  const all = [assigned(wanting(1, { a: 1 }), direct(5)), assigned(wanting(2, { a: 2 }), direct(7))];
  expect(statusOf(all, reporting({ a: 2 }), 2)).toEqual({ status: 'notApplicable', settings: [] });
});

test('a policy without settings, and one for another system, are not applicable', () => {
  expect(statusOf([assigned(policyOf(1, []), allDevices)], windows).status).toBe('notApplicable');
  const forMacs = { ...wanting(1, { a: 1 }), systems: ['macOS'] as const };
  expect(statusOf([assigned(forMacs, allDevices)], windows)).toEqual({ status: 'otherSystem', settings: [] });
});

test('what was delivered is compliant where no more can be known, and pending where it can', () => {
  const one = { values: { [nodeOf('a')]: digestOfValue(1) }, version: 'v', at: '', attempts: 0, details: {} };
  const statusWith = (isBelieved: boolean) => {
    const item = { ...one, state: 'delivered' as const, ...(isBelieved && { isBelieved }) };
    const deliveries = [{ ...nothingDelivered, items: { a: item } }];
    return statusOf([assigned(wanting(1, { a: 1 }), allDevices)], { ...windows, deliveries }).status;
  };
  expect([statusWith(true), statusWith(false)]).toEqual(['compliant', 'pending']);
});

test('what the operating system is too old for does not apply, and counts for nothing else', () => {
  const key = 'com.apple.applicationaccess/allowAutoUnlock';
  const settings = [{ ...settingOf(key, false), platform: 'apple' as const }];
  const policy = { ...policyOf(1, settings), systems: ['macOS'] as const };
  const share = shareOf(resolve('macOS', [assigned(policy, allDevices)]), { id: idOf(1), version: 1 });
  const statusOn = (osVersion: string | undefined) =>
    statusOnDevice(share, { ...windows, platform: 'apple', osVersion }).status;
  expect([undefined, '10.11', '10.12', '15.0'].map(statusOn)).toEqual([
    'pending',
    'notApplicable',
    'pending',
    'pending',
  ]);
});

test('all wait for a policy that has changed since the document was made, but those that it is not for', () => {
  const waiting = { status: 'pending', settings: [] };
  expect(statusOf(alone, reporting({ a: 1, b: failed }), 1, 2)).toEqual(waiting);
  expect(statusOf([assigned(policyOf(1, []), allDevices)], windows, 1, 2)).toEqual(waiting);
  expect(statusOf(alone, windows, 7)).toEqual(waiting);
  const forMacs = { ...wanting(1, { a: 1 }), systems: ['macOS'] as const };
  expect(statusOf([assigned(forMacs, allDevices)], windows, 1, 2).status).toBe('otherSystem');
});

test('the worst of what `explain` says of the settings that are the policy’s', () => {
  const anyReport = fc.constantFrom<Json | undefined>(undefined, 1, 'x', failed, true);
  fc.assert(
    fc.property(randomAssigned, fc.array(anyReport, { minLength: 20, maxLength: 20 }), (all, reports) => {
      const document = resolve('windows', all);
      const entries = document.settings.flatMap(({ key }, index) => {
        const value = reports[index % reports.length];
        return value === undefined ? [] : [[key, value] as const];
      });
      const device = { ...windows, config: Object.fromEntries(entries) };
      const { settings } = explain(document, { ...device, assigned: all, progressOf: progressOf(device) });
      for (const { id, version } of document.policies) {
        const { status } = statusOnDevice(shareOf(document, { id, version }), device);
        const won = settings.filter(({ winner }) => winner.id === id).map(({ state }) => state);
        const lost = settings.some(({ losers }) =>
          losers.some((loser) => loser.id === id && loser.why === 'olderAssignmentWins'),
        );
        if (won.includes('error')) expect(status).toBe('error');
        else if (won.includes('conflict') || lost) expect(['conflict', 'error']).toContain(status);
        else if (won.includes('pending')) expect(['pending', 'conflict', 'error']).toContain(status);
        if (status === 'compliant') expect(won.every((state) => state === 'verified')).toBe(true);
        if (status === 'notApplicable') expect(won).toEqual([]);
      }
    }),
  );
});

test('devices that have reported nothing are looked at once for each version and supervision', () => {
  const share = shareOf(resolve('windows', alone), { id: idOf(1), version: 1 });
  const statusOf = statusReader();
  const first = statusOf(share, { ...windows, osVersion: '1' });
  expect(statusOf(share, { ...windows, osVersion: '1', lastStatusReportAt: new Date(0) })).toBe(first);
  expect(statusOf(share, { ...windows, osVersion: '2' })).not.toBe(first);
  expect(statusOf(share, { ...windows, osVersion: '1', supervised: true })).not.toBe(first);
  expect(statusOf('otherSystem', windows).status).toBe('otherSystem');
  expect(statusOf(share, { ...reporting({ a: 1, b: 1 }), osVersion: '1' }).status).toBe('compliant');
});
