import { createHash } from 'node:crypto';
import { parseGuidId, type Id } from '../../../kernel/id.ts';
import type { Policy } from '../../../policies/index.ts';
import {
  countDevicesOfPolicy,
  countUsersOfPolicy,
  deviceStatusOverview,
  findDeviceStatus,
  findUserStatus,
  listDeviceStatuses,
  listUserStatuses,
  settingsOf,
  settingSummaries,
  userStatusOverview,
  type DeviceStatus,
  type PolicyStatus,
  type SettingSummary,
  type StatusOverview,
  type UserStatus,
} from '../../../policies/policy-status/index.ts';
import { neverSet } from '../model/edm.ts';
import { pageOf, readPage } from '../paging.ts';
import type { Properties } from '../payload/read.ts';
import type { GraphRoute, RouteRequest } from '../route.ts';
import {
  computedCollectionRoutes,
  computedEntityRoute,
  type ComputedCollection,
  type ComputedEntity,
} from './computed-part.ts';

/** What Intune calls the user of a device that has none. */
const nobody = { id: '00000000-0000-0000-0000-000000000000', name: 'System account' };
const noGracePeriod = '9999-12-31T23:59:59.9999999Z';

/** Graph's complianceStatus. It has none for what is still to come. */
const complianceStatus = {
  otherSystem: 'notApplicable',
  notApplicable: 'notApplicable',
  compliant: 'compliant',
  pending: 'unknown',
  conflict: 'conflict',
  error: 'error',
} as const satisfies Record<PolicyStatus, string>;

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationdevicestatus */
const deviceStatuses: ComputedCollection<DeviceStatus> = {
  name: 'deviceStatuses',
  type: 'microsoft.graph.deviceConfigurationDeviceStatus',
  noun: 'Device status',
  key: 'deviceStatusId',
  page: (request, policy, query) =>
    readPage(
      query,
      request,
      ({ deviceId }) => deviceId,
      (page) => listDeviceStatuses(request.read, policy, page),
    ),
  count: countDevicesOfPolicy,
  async find(context, policy, key) {
    const [, , device = ''] = key.split('_');
    const deviceId = parseGuidId(device);
    const found = deviceId && (await findDeviceStatus(context, policy, deviceId));
    return found && idOfDeviceStatus(policy, found) === key ? found : undefined;
  },
  values: (policy, status) => ({
    id: idOfDeviceStatus(policy, status),
    deviceDisplayName: status.deviceName,
    userName: status.user ? (status.user.name ?? status.user.email) : nobody.name,
    userPrincipalName: status.user?.email ?? nobody.name,
    // The documentation has no meaning for it; the service always sends this.
    platform: 0,
    complianceGracePeriodExpirationDateTime: noGracePeriod,
    status: complianceStatus[status.status],
    lastReportedDateTime: status.reportedAt ?? neverSet,
  }),
};

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationuserstatus */
const userStatuses: ComputedCollection<UserStatus> = {
  name: 'userStatuses',
  type: 'microsoft.graph.deviceConfigurationUserStatus',
  noun: 'User status',
  key: 'userStatusId',
  page: (request, policy, query) =>
    readPage(
      query,
      request,
      ({ user }) => user.id,
      (page) => listUserStatuses(request.read, policy, page),
    ),
  count: countUsersOfPolicy,
  async find(context, policy, key) {
    const [user = ''] = key.split('_');
    const userId = parseGuidId(user);
    if (!userId || idOfUserStatus(policy, userId) !== key) return undefined;
    return findUserStatus(context, policy, userId);
  },
  values: (policy, { user, devicesCount, status, reportedAt }) => ({
    id: idOfUserStatus(policy, user.id),
    userDisplayName: user.name ?? user.email,
    userPrincipalName: user.email,
    devicesCount,
    status: complianceStatus[status],
    lastReportedDateTime: reportedAt ?? neverSet,
  }),
};

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-settingstatedevicesummary */
const settingStateSummaries: ComputedCollection<SettingSummary> = {
  name: 'deviceSettingStateSummaries',
  type: 'microsoft.graph.settingStateDeviceSummary',
  noun: 'Setting state summary',
  key: 'settingStateSummaryId',
  async page(request, policy, query) {
    const summaries = await settingSummaries(request.read, policy);
    const items = summaries.map(({ setting, counts }) => ({
      id: idOfSummary(policy, { setting }),
      setting,
      counts,
    }));
    // They are in the policy's own order, not in that of their ids.
    return pageOf(items, { ...query, orderBy: [] }, request);
  },
  count: async (context, policy) => (await settingsOf(context, policy)).length,
  async find(context, policy, key) {
    const settings = await settingsOf(context, policy);
    if (!settings.some((setting) => idOfSummary(policy, { setting }) === key)) return undefined;
    const summaries = await settingSummaries(context, policy);
    return summaries.find((summary) => idOfSummary(policy, summary) === key);
  },
  values: (policy, { setting, counts }) => ({
    id: idOfSummary(policy, { setting }),
    settingName: setting.title,
    instancePath: setting.locUri ?? setting.key,
    compliantDeviceCount: counts.compliant,
    conflictDeviceCount: counts.conflict,
    errorDeviceCount: counts.error,
    nonCompliantDeviceCount: 0,
    notApplicableDeviceCount: counts.notApplicable + counts.otherSystem,
    remediatedDeviceCount: 0,
    unknownDeviceCount: counts.pending,
  }),
};

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationdeviceoverview */
const deviceOverview: ComputedEntity = {
  name: 'deviceStatusOverview',
  type: 'microsoft.graph.deviceConfigurationDeviceOverview',
  values: async (request, policy) =>
    overviewOf(request, policy, await deviceStatusOverview(request.read, policy)),
};

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationuseroverview */
const userOverview: ComputedEntity = {
  name: 'userStatusOverview',
  type: 'microsoft.graph.deviceConfigurationUserOverview',
  values: async (request, policy) =>
    overviewOf(request, policy, await userStatusOverview(request.read, policy)),
};

/** How far device configurations are. The server works it out, so that none of it can be written. */
export const deviceConfigurationStatusRoutes: readonly GraphRoute[] = [
  ...computedCollectionRoutes(deviceStatuses),
  ...computedCollectionRoutes(userStatuses),
  ...computedCollectionRoutes(settingStateSummaries),
  computedEntityRoute(deviceOverview),
  computedEntityRoute(userOverview),
];

/** As Intune makes it. */
function idOfDeviceStatus(policy: Policy, { user, deviceId }: DeviceStatus): string {
  return `${user?.id ?? nobody.id}_${policy.id}_${deviceId}`;
}

function idOfUserStatus(policy: Policy, userId: Id): string {
  return `${userId}_${policy.id}`;
}

/** A setting's own key can be thousands of characters with slashes in between, which no path takes. */
function idOfSummary(policy: Policy, { setting }: Pick<SettingSummary, 'setting'>): string {
  return `${policy.id}_${createHash('sha256').update(setting.key).digest('hex').slice(0, 32)}`;
}

/** The counts come to the number of devices, or users, in each version: v1.0 has no count of its own for conflicts. */
function overviewOf(
  { version }: RouteRequest,
  policy: Policy,
  { counts, reportedAt }: StatusOverview,
): Properties {
  const { updatedAt } = policy;
  return {
    id: policy.id,
    configurationVersion: policy.version,
    errorCount: counts.error,
    failedCount: version === 'v1.0' ? counts.conflict : 0,
    conflictCount: counts.conflict,
    notApplicableCount: counts.notApplicable + counts.otherSystem,
    notApplicablePlatformCount: counts.otherSystem,
    pendingCount: counts.pending,
    successCount: counts.compliant,
    lastUpdateDateTime: reportedAt !== null && reportedAt > updatedAt ? reportedAt : updatedAt,
  };
}
