import { describe, expect, test } from 'vitest';
import type { Permission } from '../../tenancy/index.ts';
import { documentedPermissions } from './fixtures/documented-permissions.ts';
import { acceptedGraphPermissions, graphPermissions, neutralPermissions } from './permissions.ts';

const certificate = '/devicemanagement/applepushnotificationcertificate';
const configurations = '/devicemanagement/deviceconfigurations';
const devices = '/devicemanagement/manageddevices';
const partners = '/devicemanagement/compliancemanagementpartners';

/** What the routes need. */
const needed: Readonly<Record<string, Permission>> = {
  'GET /devicemanagement': 'organization.read',
  [`GET ${certificate}`]: 'pushCertificate.read',
  [`PATCH ${certificate}`]: 'pushCertificate.update',
  [`GET ${certificate}/downloadapplepushnotificationcertificatesigningrequest`]: 'pushCertificate.update',
  [`POST ${certificate}/generateapplepushnotificationcertificatesigningrequest`]: 'pushCertificate.update',
  [`GET ${configurations}`]: 'deviceConfiguration.read',
  [`POST ${configurations}`]: 'deviceConfiguration.create',
  [`GET ${configurations}/{id}`]: 'deviceConfiguration.read',
  [`PATCH ${configurations}/{id}`]: 'deviceConfiguration.update',
  [`DELETE ${configurations}/{id}`]: 'deviceConfiguration.remove',
  [`POST ${configurations}/{id}/assign`]: 'deviceConfiguration.update',
  [`GET ${configurations}/{id}/assignments`]: 'deviceConfiguration.read',
  [`POST ${configurations}/{id}/assignments`]: 'deviceConfiguration.update',
  [`GET ${configurations}/{id}/assignments/{id}`]: 'deviceConfiguration.read',
  [`PATCH ${configurations}/{id}/assignments/{id}`]: 'deviceConfiguration.update',
  [`DELETE ${configurations}/{id}/assignments/{id}`]: 'deviceConfiguration.update',
  [`GET ${partners}`]: 'partner.read',
  [`POST ${partners}`]: 'partner.create',
  [`GET ${partners}/{id}`]: 'partner.read',
  [`PATCH ${partners}/{id}`]: 'partner.update',
  [`DELETE ${partners}/{id}`]: 'partner.remove',
  'GET /groups': 'group.read',
  'POST /groups': 'group.create',
  'GET /groups/{id}': 'group.read',
  'PATCH /groups/{id}': 'group.update',
  'DELETE /groups/{id}': 'group.remove',
  'GET /groups/{id}/members': 'group.read',
  'DELETE /groups/{id}/members/{id}': 'groupMember.update',
  'GET /groups/{id}/transitivemembers': 'group.read',
  'GET /users': 'user.read',
  'GET /users/{id}': 'user.read',
  [`GET ${devices}`]: 'windows.device.read',
  [`GET ${devices}/{id}`]: 'apple.device.read',
  [`PATCH ${devices}/{id}`]: 'apple.device.update',
  [`DELETE ${devices}/{id}`]: 'apple.device.remove',
  [`POST ${devices}/{id}/rebootnow`]: 'apple.device.command',
  [`POST ${devices}/{id}/remotelock`]: 'apple.device.command',
  [`POST ${devices}/{id}/retire`]: 'apple.device.command',
  [`POST ${devices}/{id}/shutdown`]: 'apple.device.command',
  [`POST ${devices}/{id}/syncdevice`]: 'apple.device.command',
  [`POST ${devices}/{id}/wipe`]: 'apple.device.command',
};

/** Lists groups, says https://learn.microsoft.com/graph/permissions-reference#groupmemberreadwriteall, as the tables do not. */
const readsGroups = ['GroupMember.ReadWrite.All'];
/** Reads all that is in the directory, says the same page of this one. */
const readsTheDirectory = ['Directory.ReadWrite.All'];

/** https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/8841: a real refusal names these of the certificate. */
const namedElsewhere: Readonly<Record<string, readonly string[]>> = {
  'GET /groups': readsGroups,
  'GET /groups/{id}': readsGroups,
  'GET /groups/{id}/members': readsTheDirectory,
  'GET /groups/{id}/transitivemembers': readsTheDirectory,
  [`GET ${certificate}`]: [
    'DeviceManagementServiceConfig.Read.All',
    'DeviceManagementServiceConfig.ReadWrite.All',
  ],
};

/**
 * v1.0's page lets these erase a device, beta's does not: https://learn.microsoft.com/graph/api/intune-devices-manageddevice-wipe. Here it is
 * a command as others are, for those who may give commands.
 */
const refusedHere: Readonly<Record<string, readonly string[]>> = {
  [`POST ${devices}/{id}/wipe`]: [
    'DeviceManagementConfiguration.ReadWrite.All',
    'DeviceManagementManagedDevices.ReadWrite.All',
  ],
};

function withLegacySpelling(names: readonly string[]): string[] {
  const legacy = names.filter((name) => name.startsWith('DeviceManagementServiceConfig.'));
  return [...names, ...legacy.map((name) => name.replace('ServiceConfig.', 'ServiceConfiguration.'))];
}

/**
 * Permissions of the documentation that are not in the catalogue. They allow less than the neutral permission of the same
 * route stands for (basic properties, one property, users of another kind), or belong to parts of Intune that are not here.
 */
const leftOut =
  /^(?:Group-NestingSupport|Group-PreferredDataLocation|Group-XTenantIdentitySync|Group\.ManageProtection|Group\.ReadBasic|GroupMember\.ReadBasic|AgentIdUser|DeviceManagementApps|DeviceManagementRBAC|User\.ReadBasic|User\.ReadWrite\.CrossCloud)\b/;

describe.each(documentedPermissions)('%s %s', (path, method, documented) => {
  const route = `${method} ${path}`;

  test('accepts what is documented, here or elsewhere', () => {
    const permission = needed[route];
    expect(permission, 'the route has a neutral permission').toBeDefined();
    const expected = new Set(
      [...documented, ...(namedElsewhere[route] ?? [])].filter(
        (name) => !leftOut.test(name) && !refusedHere[route]?.includes(name),
      ),
    );
    expect(acceptedGraphPermissions(permission!).toSorted()).toEqual(
      withLegacySpelling([...expected]).toSorted(),
    );
  });
});

test('every route has a row in the documentation', () => {
  const rows = new Set(documentedPermissions.map(([path, method]) => `${method} ${path}`));
  expect(Object.keys(needed).filter((route) => !rows.has(route))).toEqual([]);
});

test('what is left out is not in the catalogue', () => {
  expect(Object.keys(graphPermissions).filter((name) => leftOut.test(name))).toEqual([]);
});

test('a token has what each of its permissions stands for, and nothing of others', () => {
  expect(
    neutralPermissions([
      'Group.Create',
      'DeviceManagementServiceConfiguration.Read.All',
      'Mail.Read',
      '__proto__',
      'constructor',
    ]),
  ).toEqual(
    new Set(['group.create', 'pushCertificate.read', 'partner.read', 'organization.read', 'user.read']),
  );
});
