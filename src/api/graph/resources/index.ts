import type { GraphRoute } from '../route.ts';
import { applePushNotificationCertificateRoutes } from './apple-push-notification-certificate.ts';
import { complianceManagementPartnerRoutes } from './compliance-management-partners.ts';
import { deviceConfigurationAssignmentRoutes } from './device-configuration-assignments.ts';
import { deviceConfigurationRoutes } from './device-configurations.ts';
import { deviceManagementRoutes } from './device-management.ts';
import { groupMemberRoutes } from './group-members.ts';
import { groupRoutes } from './groups.ts';
import { omaSettingPlainTextRoute } from './oma-setting-plain-text.ts';

/** Every operation of the Graph API. */
export const graphRoutes: readonly GraphRoute[] = [
  ...deviceManagementRoutes,
  ...applePushNotificationCertificateRoutes,
  ...complianceManagementPartnerRoutes,
  ...deviceConfigurationRoutes,
  ...deviceConfigurationAssignmentRoutes,
  omaSettingPlainTextRoute,
  ...groupRoutes,
  ...groupMemberRoutes,
];
