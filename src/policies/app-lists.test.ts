import { expect, test } from 'vitest';
import type { Id } from '../kernel/id.ts';
import { withInstalledApps } from './app-lists.ts';
import type { Explanation } from './engine/index.ts';

const policy = {
  id: '1' as Id,
  name: 'Macs',
  version: 1,
  source: { kind: 'allDevices' },
  assignment: undefined,
};
const item = (property: string, value: unknown) =>
  ({
    property,
    value,
    reason: 'reportedOnly',
    message: 'Reported only.',
    policy,
  }) as Explanation['notApplicable'][number];
const list = (type: string) => [
  item('compliantAppsList', [
    { name: 'Chess', appId: 'com.apple.Chess' },
    { name: 'Notes', appId: 'org.example.Notes' },
  ]),
  item('compliantAppListType', type),
];
const apps = (...ids: string[]) => ({
  InstalledApplicationList: ids.map((id) => ({ Identifier: id, Name: id.split('.').at(-1)! })),
});
const messageOf = (type: string, installed: Parameters<typeof withInstalledApps>[1]) =>
  withInstalledApps(list(type), installed)[0]!.message;

test('prohibited apps that are there are named', () => {
  expect(messageOf('appsNotInListCompliant', apps('com.apple.chess', 'com.example.a'))).toBe(
    'Reported only. The device has an app that the list prohibits: chess (com.apple.chess).',
  );
  expect(messageOf('appsNotInListCompliant', apps('com.example.a'))).toBe(
    'Reported only. The device has no app that the list prohibits.',
  );
});

test('apps beside the allowed ones are named, but for those of the system', () => {
  expect(messageOf('appsInListCompliant', apps('com.apple.Safari', 'org.example.notes', 'a.b', 'c.d'))).toBe(
    'Reported only. The device has 2 apps that the list does not allow: b (a.b), d (c.d).',
  );
  const many = apps(...Array.from({ length: 12 }, (_, index) => `x.y${index}`));
  expect(messageOf('appsInListCompliant', many)).toMatch(/has 12 apps .* and 2 more\.$/);
});

test('a device that has not told its apps, one that told nonsense, and a list of no type', () => {
  expect(messageOf('appsInListCompliant', undefined)).toBe(
    'Reported only. The device has not told its apps yet.',
  );
  expect(messageOf('appsInListCompliant', { InstalledApplicationList: [{}] })).toMatch(/no app/);
  expect(messageOf('none', apps('a.b'))).toBe('Reported only.');
});
