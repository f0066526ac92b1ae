/**
 * Everything a caller can be allowed to do, in Muster's own words. Each dialect maps its vendor's permission names onto these, and
 * every route names the one that it needs.
 */
export const permissions = {
  'organization.read': 'See the organization and its plan',
  'serviceAccount.read': 'List service accounts and their tokens, without the tokens themselves',
  'serviceAccount.create': 'Create service accounts and tokens with at most the own permissions',
  'serviceAccount.remove': 'Revoke tokens',
  'application.read': 'List OAuth2 applications, without their secrets',
  'application.create': 'Create OAuth2 applications with at most the own permissions',
  'application.remove': 'Delete OAuth2 applications',
  'audit.read': 'Read the audit log',
  'segment.read': 'Read the tree of segments',
  'segment.create': 'Create segments',
  'segment.update': 'Rename and move segments',
  'segment.remove': 'Delete segments',
  'user.read': 'Read MDM users',
  'user.create': 'Create MDM users',
  'user.update': 'Change MDM users',
  'user.remove': 'Delete MDM users',
  'group.read': 'Read groups and their members',
  'group.create': 'Create groups',
  'group.update': 'Change groups and their members',
  'group.remove': 'Delete groups',
  'windows.device.read': 'Read Windows devices',
  'windows.device.update': 'Change Windows devices and their policy assignments',
  'windows.device.move': 'Move Windows devices to another segment',
  'windows.device.remove': 'Unenrol Windows devices',
  'apple.device.read': 'Read Apple devices',
  'windows.policy.read': 'Read Windows policies',
  'windows.policy.create': 'Create Windows policies',
  'windows.policy.update': 'Change Windows policies',
  'windows.policy.remove': 'Delete Windows policies',
  'windows.application.read': 'Read Windows applications',
  'windows.application.create': 'Create Windows applications',
  'windows.application.update': 'Change Windows applications',
  'windows.application.remove': 'Delete Windows applications',
  'windows.admxConfig.read': 'Read ADMX configurations',
  'windows.admxConfig.create': 'Create ADMX configurations',
  'windows.admxConfig.update': 'Change ADMX configurations',
  'windows.admxConfig.remove': 'Delete ADMX configurations',
  'asset.read': 'Read assets',
  'asset.create': 'Upload assets',
  'asset.update': 'Change assets',
  'asset.remove': 'Delete assets',
  'configuration.read': 'Read the MDM configuration (Entra ID credentials, masked)',
  'configuration.update': 'Change the MDM configuration',
  'deviceConfiguration.read': 'Read device configurations',
  'deviceConfiguration.create': 'Create device configurations',
  'deviceConfiguration.update': 'Change device configurations',
  'deviceConfiguration.remove': 'Delete device configurations',
  'pushCertificate.read': 'Read the Apple push certificate, without its key',
  'pushCertificate.update': 'Make signing requests and upload the Apple push certificate',
  'partner.read': 'Read compliance partners',
  'partner.create': 'Create compliance partners',
  'partner.update': 'Change compliance partners',
  'partner.remove': 'Delete compliance partners',
} as const satisfies Record<string, string>;

export type Permission = keyof typeof permissions;

export const allPermissions = Object.keys(permissions) as Permission[];

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissions, name);
}
