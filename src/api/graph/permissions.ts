import { Fault } from '../../kernel/fault.ts';
import type { Caller, Permission } from '../../tenancy/index.ts';

const actions = ['read', 'create', 'update', 'remove'] as const;

/** What each of Intune's permissions allows: to see that there is an Intune, and its users. */
const intune = ['organization.read', 'user.read'] as const;
const devicesRead = ['windows.device.read', 'apple.device.read'] as const;
const devicesWrite = [
  'windows.device.update',
  'windows.device.remove',
  'apple.device.update',
  'apple.device.remove',
] as const;
const deviceConfiguration = all('deviceConfiguration');
const partner = all('partner');
const group = all('group');

/**
 * What each Microsoft Graph permission allows, least first: the documented permissions of each path, and for the push
 * certificate those that the real service names in its refusals.
 *
 * https://learn.microsoft.com/graph/permissions-reference
 */
const documentedGrants = {
  'DeviceManagementServiceConfig.Read.All': ['pushCertificate.read', 'partner.read', ...intune],
  'DeviceManagementServiceConfig.ReadWrite.All': [
    'pushCertificate.read',
    'pushCertificate.update',
    ...partner,
    ...intune,
  ],
  'DeviceManagementConfiguration.Read.All': [
    'deviceConfiguration.read',
    'pushCertificate.read',
    'partner.read',
    ...intune,
    ...devicesRead,
  ],
  'DeviceManagementConfiguration.ReadWrite.All': [
    ...deviceConfiguration,
    'pushCertificate.read',
    'pushCertificate.update',
    ...partner,
    ...intune,
    ...devicesRead,
    ...devicesWrite,
  ],
  'DeviceManagementManagedDevices.Read.All': ['pushCertificate.read', ...intune, ...devicesRead],
  'DeviceManagementManagedDevices.ReadWrite.All': [...intune, ...devicesRead, ...devicesWrite],
  'DeviceManagementManagedDevices.PrivilegedOperations.All': [
    'windows.device.command',
    'apple.device.command',
  ],
  'GroupMember.Read.All': ['group.read'],
  'GroupMember.ReadWrite.All': ['group.read', 'groupMember.update'],
  'Group.Read.All': ['group.read'],
  'Group.Create': ['group.create'],
  'Group.ReadWrite.All': [...group, 'groupMember.update'],
  'User.Read.All': ['user.read'],
  'User.ReadWrite.All': ['user.read'],
  'Directory.Read.All': ['group.read', 'user.read'],
  'Directory.ReadWrite.All': [
    'group.read',
    'group.create',
    'group.update',
    'groupMember.update',
    'user.read',
  ],
} as const satisfies Record<string, readonly Permission[]>;

/** The service names these in its refusals, and old applications hold them. */
const legacySpellings = {
  'DeviceManagementServiceConfiguration.Read.All': documentedGrants['DeviceManagementServiceConfig.Read.All'],
  'DeviceManagementServiceConfiguration.ReadWrite.All':
    documentedGrants['DeviceManagementServiceConfig.ReadWrite.All'],
} as const;

export type GraphPermission = keyof typeof documentedGrants | keyof typeof legacySpellings;

/** The neutral permissions that each Graph permission stands for. */
export const graphPermissions: Readonly<Record<GraphPermission, readonly Permission[]>> = {
  ...documentedGrants,
  ...legacySpellings,
};

/** The Graph permissions any one of which is enough. */
export function acceptedGraphPermissions(needed: Permission): GraphPermission[] {
  return (Object.keys(graphPermissions) as GraphPermission[]).filter((name) =>
    graphPermissions[name].includes(needed),
  );
}

/** Faults: `forbidden`, with the Graph permissions that would do. */
export function requirePermission(
  { permissions }: Caller['principal'],
  needed: Permission | readonly Permission[],
): void {
  const missing = [needed].flat().find((permission) => !permissions.has(permission));
  if (missing === undefined) return;
  const accepted = acceptedGraphPermissions(missing);
  throw new Fault('forbidden', `One of ${accepted.join(', ')} is needed.`, { accepted });
}

/** The neutral permissions that a token's `roles` or `scp` stand for. Names of other services mean nothing here. */
export function neutralPermissions(graphNames: Iterable<string>): Set<Permission> {
  const granted = new Set<Permission>();
  for (const name of graphNames) {
    if (!Object.hasOwn(graphPermissions, name)) continue;
    for (const permission of graphPermissions[name as GraphPermission]) granted.add(permission);
  }
  return granted;
}

/** The Graph permissions that an application with these neutral ones holds in full, as its tokens' `roles` show them. */
export function graphRolesOf(held: ReadonlySet<string>): string[] {
  return Object.entries(documentedGrants)
    .filter(([, granted]) => granted.every((permission) => held.has(permission)))
    .map(([name]) => name);
}

function all<Thing extends 'deviceConfiguration' | 'partner' | 'group'>(thing: Thing) {
  return actions.map((action) => `${thing}.${action}` as const);
}
