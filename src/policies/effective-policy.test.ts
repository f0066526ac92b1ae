import { expect, test } from 'vitest';
import type { Device } from '../devices/index.ts';
import type { JsonObject } from '../kernel/json.ts';
import { explainedOn, systemOf } from './effective-policy.ts';
import type { Assigned } from './engine/index.ts';
import { idOf } from './engine/fixtures/policies.ts';
import type { Policy } from './policy.ts';

const since = new Date('2026-03-01T12:00:00.000Z');
const path = './Vendor/MSFT/VPNv2/Key';

const device = (input: Partial<Device>) =>
  ({
    platform: 'windows',
    summary: {},
    config: {},
    configDates: {},
    enrolledAt: since,
    lastStatusReportAt: since,
    ...input,
  }) as Device;

function custom(number: number, omaSettings: JsonObject[]): Assigned<Policy> {
  const policy: Policy = {
    id: idOf(number),
    kind: 'windows10CustomConfiguration',
    name: `P${number}`,
    description: null,
    segment: 0,
    exposeToChildren: false,
    document: { omaSettings },
    version: 1,
    createdAt: since,
    updatedAt: since,
  };
  return { policy, assignment: { source: { kind: 'allDevices' }, assignedAt: since } };
}

test('no secret is shown, wherever it stands', () => {
  const secret = {
    '@odata.type': '#microsoft.graph.omaSettingString',
    omaUri: path,
    isEncrypted: true,
    secretReferenceValueId: 'reference',
    value: 'in clear',
  };
  const assigned = [custom(1, [secret, { ...secret, omaUri: '' }]), custom(2, [secret])];
  const effective = explainedOn(device({ config: { [path]: 'in clear' } }), {
    assigned,
    exclusions: [],
    filtered: [],
  });
  expect(effective).toMatchObject({
    settings: [{ value: { secret: '********' }, losers: [{}], reported: { value: '********' } }],
    notApplicable: [{ property: 'omaSettings[1]', value: { value: '********' } }],
  });
  expect(JSON.stringify(effective)).not.toMatch(/in clear|"reference"/);
});

test.each([
  ['macOS', 'macOS'],
  ['Mac OS X', 'macOS'],
  ['OS X', 'macOS'],
  ['iOS', 'iOS'],
  ['iPadOS', 'iOS'],
  ['iPhone OS', 'iOS'],
  ['tvOS', undefined],
  ['visionOS', undefined],
  ['', undefined],
])('an Apple device that runs %j takes the policies for %s', (os, system) => {
  expect(systemOf(device({ platform: 'apple', summary: { os } }))).toBe(system);
});
