import { policyArea, restrict, text } from '../declare.ts';

/**
 * Notifications.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-notifications
 */
export const notifications = [
  ...policyArea('Notifications', { DisallowCloudNotification: restrict(), WnsEndpoint: text() }),
  ...policyArea(
    'Notifications',
    { DisallowNotificationMirroring: restrict(), DisallowTileNotification: restrict() },
    'user',
  ),
];
