import { expect, test } from 'vitest';
import type { Device } from '../devices/index.ts';
import type { JsonObject } from '../kernel/json.ts';
import { explainedOn } from './effective-policy.ts';
import { compilePolicy, resolve, type Assigned } from './engine/index.ts';
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
  const compiled = assigned.map(({ policy, assignment }) => ({ policy: compilePolicy(policy), assignment }));
  const effective = explainedOn(
    device({ config: { [path]: 'in clear' } }),
    { document: resolve('windows', compiled) },
    { assigned, exclusions: [], filtered: [] },
  );
  expect(effective).toMatchObject({
    settings: [{ value: { secret: '********' }, losers: [{}], reported: { value: '********' } }],
    notApplicable: [{ property: 'omaSettings[1]', value: { value: '********' } }],
  });
  expect(JSON.stringify(effective)).not.toMatch(/in clear|"reference"/);
});
