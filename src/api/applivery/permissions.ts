import type { Permission } from '../../tenancy/index.ts';

/**
 * Applivery's name of each permission that its API needs. Names without a known page follow the vendor's pattern
 * `<area>.<scope>.<entity>.<verb>`.
 */
const names = {
  'organization.read': 'base.organization.get',
  'segment.read': 'base.organization.segment.list',
  'segment.create': 'base.organization.segment.create',
  'segment.update': 'base.organization.segment.update',
  'segment.remove': 'base.organization.segment.remove',
  'user.read': 'mdm.global.mdmUser.list',
  'user.create': 'mdm.global.mdmUser.create',
  'user.update': 'mdm.global.mdmUser.update',
  'user.remove': 'mdm.global.mdmUser.remove',
  'audience.read': 'mdm.global.deviceAudience.list',
  'audience.create': 'mdm.global.deviceAudience.create',
  'audience.update': 'mdm.global.deviceAudience.update',
  'audience.remove': 'mdm.global.deviceAudience.remove',
  'automationRule.read': 'mdm.global.automationRule.list',
  'automationRule.create': 'mdm.global.automationRule.create',
  'automationRule.update': 'mdm.global.automationRule.update',
  'automationRule.remove': 'mdm.global.automationRule.remove',
  'windows.device.read': 'mdm.windows.device.get',
  'windows.device.update': 'mdm.windows.device.update',
  'windows.device.move': 'mdm.windows.device.move',
  'windows.device.remove': 'mdm.windows.device.remove',
  'windows.device.command': 'mdm.windows.command.create',
  'apple.device.read': 'mdm.apple.device.get',
  'apple.device.update': 'mdm.apple.device.update',
  'apple.device.remove': 'mdm.apple.device.remove',
  'apple.device.command': 'mdm.apple.command.create',
  'enrollment.read': 'mdm.global.enrollmentToken.list',
  'enrollment.create': 'mdm.global.enrollmentToken.create',
  'enrollment.update': 'mdm.global.enrollmentToken.update',
  'enrollment.remove': 'mdm.global.enrollmentToken.remove',
  'windows.enrollmentTemplate.read': 'mdm.windows.enrollmentTemplate.list',
  'windows.enrollmentTemplate.create': 'mdm.windows.enrollmentTemplate.create',
  'windows.enrollmentTemplate.update': 'mdm.windows.enrollmentTemplate.update',
  'windows.enrollmentTemplate.remove': 'mdm.windows.enrollmentTemplate.remove',
  'windows.enrollmentTemplate.use': 'mdm.windows.defaultDeviceConfig.create',
  'windows.policy.read': 'mdm.windows.policy.get',
  'windows.policy.create': 'mdm.windows.policy.create',
  'windows.policy.update': 'mdm.windows.policy.update',
  'windows.policy.remove': 'mdm.windows.policy.remove',
  'windows.application.read': 'mdm.windows.application.list',
  'windows.application.create': 'mdm.windows.application.create',
  'windows.application.update': 'mdm.windows.application.update',
  'windows.application.remove': 'mdm.windows.application.remove',
  'windows.admxConfig.read': 'mdm.windows.admxConfig.list',
  'windows.admxConfig.create': 'mdm.windows.admxConfig.create',
  'windows.admxConfig.update': 'mdm.windows.admxConfig.update',
  'windows.admxConfig.remove': 'mdm.windows.admxConfig.remove',
  'asset.read': 'mdm.global.asset.list',
  'asset.create': 'mdm.global.asset.create',
  'asset.update': 'mdm.global.asset.update',
  'asset.remove': 'mdm.global.asset.remove',
  'configuration.read': 'mdm.global.configurations.get',
  'configuration.update': 'mdm.global.configurations.update',
} as const satisfies Partial<Record<Permission, string>>;

/** Other documented names for the same permission: Applivery tells lists from single reads, Muster does not. */
const aliases: Readonly<Record<string, keyof typeof names>> = {
  'mdm.windows.device.list': 'windows.device.read',
  'mdm.windows.command.list': 'windows.device.read',
  'mdm.windows.device.action': 'windows.device.command',
  'mdm.windows.device.info': 'windows.device.command',
  'mdm.global.device.list': 'windows.device.read',
  'mdm.apple.device.list': 'apple.device.read',
  'mdm.apple.command.list': 'apple.device.read',
  'mdm.apple.device.action': 'apple.device.command',
  'mdm.apple.device.info': 'apple.device.command',
  'mdm.windows.policy.list': 'windows.policy.read',
  'mdm.windows.enrollmentTemplate.get': 'windows.enrollmentTemplate.read',
  'mdm.windows.application.get': 'windows.application.read',
  'mdm.windows.admxConfig.get': 'windows.admxConfig.read',
  'mdm.global.mdmUser.get': 'user.read',
  'mdm.global.deviceAudience.get': 'audience.read',
  'mdm.global.automationRule.get': 'automationRule.read',
  'mdm.global.asset.get': 'asset.read',
  'mdm.global.enrollmentToken.get': 'enrollment.read',
  'base.organization.segment.get': 'segment.read',
};

/** Applivery's name for a permission, or Muster's own where Applivery has none. */
export function permissionName(permission: Permission): string {
  return (names as Partial<Record<Permission, string>>)[permission] ?? permission;
}

/** The permission that an Applivery name stands for. */
export function permissionOfName(name: string): Permission | undefined {
  const own = (Object.keys(names) as (keyof typeof names)[]).find((permission) => names[permission] === name);
  return own ?? aliases[name];
}
