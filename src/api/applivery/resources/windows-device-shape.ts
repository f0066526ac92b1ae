import { Type, type Static } from 'typebox';
import { deviceStates, deviceSubTypes, type Device } from '../../../devices/index.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import {
  directPoliciesOf,
  largestPriority,
  mergeWindowsPolicies,
  primaryPolicyOf,
  type ManagedWindowsDevice,
} from '../../../policies/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { hex, HexId, Timestamp } from '../shapes.ts';
import { AssetAnswer, assetAnswerOf } from './asset-shape.ts';
import { ScriptAnswer, writeScript } from './script-shape.ts';
import { found, policyAnswerOf, WindowsPolicyAnswer } from './windows-policy-shape.ts';

const FreeMap = (description: string) => Type.Unsafe<JsonObject>({ type: 'object', description });
const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

export const DeviceState = Type.Enum([...deviceStates]);
export const DeviceSubType = Type.Enum([...deviceSubTypes]);
export const MdmUser = Type.Object({ id: HexId('MDM user'), email: Type.String({ maxLength: 128 }) });
export const Tag = Type.String({ minLength: 1, maxLength: 128 });

/** 0..10000; the lower number wins. */
export const Priority = Type.Integer({
  minimum: 0,
  maximum: largestPriority,
  description: 'The lower number wins',
});

export const DeviceSummary = Type.Object({
  name: Text(256),
  osVersion: Text(128),
  osVersionName: Text(128),
  os: Text(128),
  serialNumber: Text(128),
  imei: Text(128),
  battery: Text(128),
  expirationTimestamp: Type.Optional(Timestamp('When the management of the device ends')),
  supervised: Type.Optional(Type.Boolean()),
  image: Text(2048),
  compliance: Type.Optional(
    Type.Object({ compliant: Type.Boolean(), lastCheck: Type.Optional(Timestamp('Last check')) }),
  ),
});

const LocationAnswer = Type.Object({
  origin: Type.String(),
  date: Timestamp('When the device was there'),
  latitude: Type.Number(),
  longitude: Type.Number(),
  ip: Type.Optional(Type.String()),
  lastReportDate: Type.Optional(Timestamp('Last report')),
  address: Type.Optional(
    Type.Object({
      address: Type.Optional(Type.String()),
      number: Type.Optional(Type.String()),
      postalCode: Type.Optional(Type.String()),
      city: Type.Optional(Type.String()),
      country: Type.Optional(Type.String()),
    }),
  ),
});

const Assignment = Type.Object({
  winPolicyId: HexId('Windows policy'),
  winPolicy: WindowsPolicyAnswer,
  priority: Priority,
});

const EnforcedAssignment = Type.Object({
  ...Assignment.properties,
  automationRule: Type.Object({
    id: HexId('Automation rule'),
    name: Type.String(),
    deviceAudiences: Type.Array(
      Type.Object({
        id: HexId('Device audience'),
        name: Type.String(),
        reasons: Type.Array(Type.String()),
      }),
    ),
  }),
});

export const WindowsDeviceAnswer = Type.Object({
  id: HexId('Windows device'),
  organizationId: HexId('Organization'),
  winEnterpriseId: HexId("Windows enterprise: an organization has one, under the organization's id"),
  mdmUser: Type.Optional(MdmUser),
  displayName: Type.Optional(Type.String({ maxLength: 128 })),
  tags: Type.Array(Type.String()),
  winId: Type.Optional(
    Type.String({ maxLength: 128, description: "The device's id in the management protocol" }),
  ),
  state: DeviceState,
  config: FreeMap('What the device reported, by OMA-URI'),
  configDates: Type.Record(Type.String(), Timestamp('When this part was reported')),
  customConfig: FreeMap('Free properties'),
  summary: DeviceSummary,
  scripts: Type.Array(ScriptAnswer),
  scriptsInfo: Type.Array(AssetAnswer),
  lastStatusReportTime: Type.Optional(Timestamp('Last report')),
  type: Type.Literal('windows'),
  winPolicy: Type.Optional(WindowsPolicyAnswer),
  deviceWinPolicy: Type.Optional(WindowsPolicyAnswer),
  winPolicyAssignments: Type.Array(Assignment),
  winPolicyAssignmentsEnforced: Type.Array(EnforcedAssignment, {
    description: 'Assignments by automation rules',
  }),
  subType: DeviceSubType,
  stateHistory: Type.Array(
    Type.Object({
      state: DeviceState,
      date: Timestamp('Since when'),
      config: Type.Object({ reason: Type.Optional(Type.String()) }),
    }),
  ),
  lastLocation: Type.Object({
    agent: Type.Optional(LocationAnswer),
    ip: Type.Optional(LocationAnswer),
  }),
  refreshInfoNeeded: Type.Array(Type.String()),
  segmentId: Type.Integer({ description: 'Segment that the device belongs to; 0 is the root' }),
  enrolledDate: Type.Optional(Timestamp('Enrolment')),
  updatedAt: Timestamp('Last change'),
  createdAt: Timestamp('Creation'),
});

/** The whole device. `deviceWinPolicy` is what all its policies make together. */
export function windowsDeviceAnswerOf(
  organization: Organization,
  { device, assigned, enforced, items }: ManagedWindowsDevice,
): Static<typeof WindowsDeviceAnswer> {
  const primary = primaryPolicyOf(assigned);
  const merged = mergeWindowsPolicies([...assigned, ...enforced]);
  const primaryAnswer = primary && policyAnswerOf(organization, primary, items);
  const mergedAnswer =
    merged === primary ? primaryAnswer : merged && policyAnswerOf(organization, merged, items);
  return {
    id: hex(device.id),
    organizationId: hex(organization.id),
    winEnterpriseId: hex(organization.id),
    ...(device.user && { mdmUser: mdmUserOf(device.user) }),
    ...(device.displayName !== null && { displayName: device.displayName }),
    tags: [...device.tags],
    ...(device.platformId !== null && { winId: device.platformId }),
    state: device.state,
    config: device.config,
    configDates: device.configDates,
    customConfig: device.customConfig,
    summary: summaryOf(device),
    scripts: device.scripts.map((script) => writeScript(script, items)),
    scriptsInfo: found(device.scripts, ({ id }) => items.assets.get(id)).map((asset) =>
      assetAnswerOf(organization.id, asset),
    ),
    ...(device.lastStatusReportAt && { lastStatusReportTime: device.lastStatusReportAt.toISOString() }),
    type: 'windows',
    ...(primaryAnswer && { winPolicy: primaryAnswer }),
    ...(mergedAnswer && { deviceWinPolicy: mergedAnswer }),
    winPolicyAssignments: directPoliciesOf(assigned).map(({ policy, priority }) => ({
      winPolicyId: hex(policy.id),
      winPolicy: policyAnswerOf(organization, policy, items),
      priority,
    })),
    winPolicyAssignmentsEnforced: enforced.map(({ policy, assignment: { source, rule } }) => ({
      winPolicyId: hex(policy.id),
      winPolicy: policyAnswerOf(organization, policy, items),
      priority: source.priority,
      automationRule: {
        id: hex(source.ruleId),
        name: rule.name,
        deviceAudiences: rule.audiences.map((audience) => ({
          id: hex(audience.id),
          name: audience.name,
          reasons: [...audience.reasons],
        })),
      },
    })),
    subType: device.subType,
    stateHistory: [...device.stateHistory],
    lastLocation: device.lastLocation,
    refreshInfoNeeded: [...device.refreshInfoNeeded],
    segmentId: device.segment,
    ...(device.enrolledAt && { enrolledDate: device.enrolledAt.toISOString() }),
    updatedAt: device.updatedAt.toISOString(),
    createdAt: device.createdAt.toISOString(),
  };
}

export function mdmUserOf({ id, email }: NonNullable<Device['user']>): Static<typeof MdmUser> {
  return { id: hex(id), email };
}

export function summaryOf({ summary, serialNumber, imei }: Device): Static<typeof DeviceSummary> {
  return {
    ...summary,
    ...(serialNumber !== null && { serialNumber }),
    ...(imei !== null && { imei }),
  };
}
