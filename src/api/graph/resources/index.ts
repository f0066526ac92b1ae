import type { GraphRoute } from '../route.ts';
import { applePushNotificationCertificateRoutes } from './apple-push-notification-certificate.ts';
import { complianceManagementPartnerRoutes } from './compliance-management-partners.ts';
import { deviceConfigurationAssignmentRoutes } from './device-configuration-assignments.ts';
import { deviceConfigurationStatusRoutes } from './device-configuration-statuses.ts';
import { deviceConfigurationRoutes } from './device-configurations.ts';
import { deviceManagementRoutes } from './device-management.ts';
import { groupMemberRoutes } from './group-members.ts';
import { groupRoutes } from './groups.ts';
import { managedDeviceActionRoutes } from './managed-device-actions.ts';
import { managedDeviceRoutes } from './managed-devices.ts';
import { omaSettingPlainTextRoute } from './oma-setting-plain-text.ts';

/** Every operation of the Graph API. */
export const graphRoutes: readonly GraphRoute[] = [
  ...deviceManagementRoutes,
  ...applePushNotificationCertificateRoutes,
  ...complianceManagementPartnerRoutes,
  ...deviceConfigurationRoutes,
  ...deviceConfigurationAssignmentRoutes,
  ...deviceConfigurationStatusRoutes,
  omaSettingPlainTextRoute,
  ...managedDeviceRoutes,
  ...managedDeviceActionRoutes,
  ...groupRoutes,
  ...groupMemberRoutes,
];
