import { Type, type Static } from 'typebox';
import {
  directPoliciesOf,
  largestPriority,
  primaryPolicyOf,
  type ManagedWindowsDevice,
} from '../../../policies/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { hex, HexId } from '../shapes.ts';
import { AssetAnswer, assetAnswerOf } from './asset-shape.ts';
import { DeviceProperties, devicePropertiesOf, FreeMap } from './device-shape.ts';
import { ScriptAnswer, writeScript } from './script-shape.ts';
import { found, policyAnswerOf, WindowsPolicyAnswer } from './windows-policy-shape.ts';

/** 0..10000; the lower number wins. */
export const Priority = Type.Integer({
  minimum: 0,
  maximum: largestPriority,
  description: 'The lower number wins',
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
  winId: Type.Optional(
    Type.String({ maxLength: 128, description: "The device's id in the management protocol" }),
  ),
  type: Type.Literal('windows'),
  config: FreeMap('What the device reported, by OMA-URI'),
  scripts: Type.Array(ScriptAnswer),
  scriptsInfo: Type.Array(AssetAnswer),
  winPolicy: Type.Optional(WindowsPolicyAnswer),
  deviceWinPolicy: Type.Optional(WindowsPolicyAnswer),
  winPolicyAssignments: Type.Array(Assignment),
  winPolicyAssignmentsEnforced: Type.Array(EnforcedAssignment, {
    description: 'Assignments by automation rules',
  }),
  ...DeviceProperties,
});

/** The whole device. `deviceWinPolicy` is what all its policies make together. Scripts have their arguments filled in, as they are for this device. */
export function windowsDeviceAnswerOf(
  organization: Organization,
  { device, assigned, enforced, effective, items, user }: ManagedWindowsDevice,
): Static<typeof WindowsDeviceAnswer> {
  const placeholders = { device, user };
  const primary = primaryPolicyOf(assigned);
  const primaryAnswer = primary && policyAnswerOf(organization, primary, items, placeholders);
  const effectiveAnswer =
    effective === primary
      ? primaryAnswer
      : effective && policyAnswerOf(organization, effective, items, placeholders);
  return {
    id: hex(device.id),
    organizationId: hex(organization.id),
    winEnterpriseId: hex(organization.id),
    ...(device.platformId !== null && { winId: device.platformId }),
    type: 'windows',
    config: device.config,
    scripts: device.scripts.map((script) => writeScript(script, items, placeholders)),
    scriptsInfo: found(device.scripts, ({ id }) => items.assets.get(id)).map((asset) =>
      assetAnswerOf(organization.id, asset),
    ),
    ...(primaryAnswer && { winPolicy: primaryAnswer }),
    ...(effectiveAnswer && { deviceWinPolicy: effectiveAnswer }),
    winPolicyAssignments: directPoliciesOf(assigned).map(({ policy, priority }) => ({
      winPolicyId: hex(policy.id),
      winPolicy: policyAnswerOf(organization, policy, items, placeholders),
      priority,
    })),
    winPolicyAssignmentsEnforced: enforced.map(({ policy, assignment: { source, rule } }) => ({
      winPolicyId: hex(policy.id),
      winPolicy: policyAnswerOf(organization, policy, items, placeholders),
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
    ...devicePropertiesOf(device),
  };
}
