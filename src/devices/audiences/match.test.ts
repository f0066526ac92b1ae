import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noSelectors } from '../../../test/support/windows-organization.ts';
import { hexOfId, parseHexId, type Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { matchAudience } from './match.ts';
import type { AudienceSelectors } from './selectors.ts';

const idOf = (number: number): Id => parseHexId(number.toString(16).padStart(24, '0'))!;
const device = {
  id: idOf(1),
  state: 'ACTIVE' as const,
  tags: ['sales', 'remote'],
  serialNumber: 'S-1',
  user: { id: idOf(2), email: 'ada@example.com' },
};
const user = { tags: ['manager', 'floor:3'], metadata: { department: 'Sales', floor: 4, onSite: true } };

const reasons = (selectors: Partial<AudienceSelectors>) =>
  matchAudience({ ...noSelectors, ...selectors }, device, user);
const ofUser = (metadata: JsonObject, term: string) =>
  matchAudience({ ...noSelectors, mdmUserGroups: [[term]] }, device, { tags: [], metadata });

describe('what a device belongs to', () => {
  test('nothing matches nothing', () => {
    expect(reasons({})).toEqual([]);
    expect(reasons({ deviceGroups: [[]], mdmUserGroups: [[]] })).toEqual([]);
  });

  test('the terms of a group are joined by AND, groups by OR', () => {
    expect(reasons({ deviceGroups: [['sales', 'remote']] })).toEqual(['tag:sales', 'tag:remote']);
    expect(reasons({ deviceGroups: [['sales', 'other']] })).toEqual([]);
    expect(reasons({ deviceGroups: [['sales', 'other'], ['remote']] })).toEqual(['tag:remote']);
    expect(reasons({ mdmUserGroups: [['manager', 'department:Sales'], ['nobody']] })).toEqual([
      'user.tag:manager',
      'user.department:Sales',
    ]);
  });

  test('each thing that matches is a reason, once', () => {
    const all = reasons({
      deviceGroups: [['sales'], ['sales', 'remote']],
      mdmUserGroups: [['department:Sales']],
      winDeviceIds: [device.id],
      mdmUserIds: [device.user.id],
      serialNumbers: ['S-1', 'S-2'],
    });
    expect(all).toEqual([
      'tag:sales',
      'tag:remote',
      'user.department:Sales',
      `device:${hexOfId(device.id)}`,
      `user:${hexOfId(device.user.id)}`,
      'serialNumber:S-1',
    ]);
  });

  test('a term of the user is a tag, or an attribute by its JSON text', () => {
    expect(reasons({ mdmUserGroups: [['floor:3']] })).toEqual(['user.tag:floor:3']);
    expect(reasons({ mdmUserGroups: [['floor:4']] })).toEqual(['user.floor:4']);
    expect(reasons({ mdmUserGroups: [['onSite:true']] })).toEqual(['user.onSite:true']);
    expect(reasons({ mdmUserGroups: [['department:sales']] })).toEqual([]);
    expect(ofUser({ a: 'b:c' }, 'a:b:c')).toEqual(['user.a:b:c']);
    expect(ofUser({ a: null }, 'a:null')).toEqual([]);
    expect(ofUser({ a: ['b'] }, 'a:b')).toEqual([]);
    expect(ofUser({}, 'constructor:b')).toEqual([]);
  });

  test('a device without user or serial number matches what is left, a deleted one nothing', () => {
    const selectors = { ...noSelectors, deviceGroups: [['sales']], mdmUserGroups: [['manager']] };
    const bare = { ...device, user: null, serialNumber: null };
    expect(matchAudience({ ...selectors, mdmUserIds: [idOf(2)] }, bare, undefined)).toEqual(['tag:sales']);
    expect(matchAudience(selectors, { ...device, state: 'DELETED' }, user)).toEqual([]);
  });
});

const term = fc.constantFrom('sales', 'remote', 'manager', 'department:Sales', 'floor:4', 'floor:5', ':', '');
const groups = fc.array(fc.array(term, { maxLength: 3 }), { maxLength: 3 });
const anySelectors = fc.record({
  deviceGroups: groups,
  mdmUserGroups: groups,
  winDeviceIds: fc.subarray([idOf(1), idOf(9)]),
  admDeviceIds: fc.subarray([idOf(1), idOf(8)]),
  mdmUserIds: fc.subarray([idOf(2), idOf(3)]),
  serialNumbers: fc.subarray(['S-1', 'S-2']),
});

describe('of any selectors', () => {
  test('more selectors never take a reason away, and two audiences together have the reasons of both', () => {
    fc.assert(
      fc.property(anySelectors, anySelectors, (one, other) => {
        const both = Object.fromEntries(
          Object.keys(noSelectors).map((name) => {
            const key = name as keyof AudienceSelectors;
            return [key, [...one[key], ...other[key]]];
          }),
        ) as unknown as AudienceSelectors;
        const together = new Set(matchAudience(both, device, user));
        const apart = [one, other].flatMap((selectors) => matchAudience(selectors, device, user));
        expect(together).toEqual(new Set(apart));
      }),
    );
  });

  test('one more term in every group never adds a device', () => {
    fc.assert(
      fc.property(groups, term, (deviceGroups, added) => {
        const narrowed = deviceGroups.filter((group) => group.length > 0).map((group) => group.concat(added));
        if (reasons({ deviceGroups }).length === 0) expect(reasons({ deviceGroups: narrowed })).toEqual([]);
      }),
    );
  });
});
