import { allow, choice, each, policyArea, text, toggle } from '../declare.ts';

const accesses = [
  'LetAppsAccessAccountInfo',
  'LetAppsAccessBackgroundSpatialPerception',
  'LetAppsAccessCalendar',
  'LetAppsAccessCallHistory',
  'LetAppsAccessCamera',
  'LetAppsAccessContacts',
  'LetAppsAccessEmail',
  'LetAppsAccessLocation',
  'LetAppsAccessMessaging',
  'LetAppsAccessMicrophone',
  'LetAppsAccessMotion',
  'LetAppsAccessNotifications',
  'LetAppsAccessPhone',
  'LetAppsAccessRadios',
  'LetAppsAccessTasks',
  'LetAppsAccessTrustedDevices',
  'LetAppsGetDiagnosticInfo',
  'LetAppsRunInBackground',
  'LetAppsSyncWithDevices',
];

/** Apps that are an exception. */
const lists = ['ForceAllowTheseApps', 'ForceDenyTheseApps', 'UserInControlOfTheseApps'];

/**
 * What apps may see, and what Windows keeps and sends.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-privacy
 */
export const privacy = policyArea('Privacy', {
  AllowAutoAcceptPairingAndPrivacyConsentPrompts: allow({ default: 0 }),
  AllowCrossDeviceClipboard: allow(),
  AllowInputPersonalization: allow(),
  DisableAdvertisingId: choice({ 0: 'Disabled', 1: 'Enabled', 65535: 'Not configured' }, { default: 65535 }),
  EnableActivityFeed: toggle({ default: 1 }),
  PublishUserActivities: toggle({ default: 1 }),
  UploadUserActivities: toggle({ default: 1 }),
  ...each(
    accesses,
    choice({ 0: 'The user decides', 1: 'Allowed to all apps', 2: 'Denied to all apps' }, { default: 0 }),
  ),
  ...each(
    accesses.flatMap((name) => lists.map((list) => `${name}_${list}`)),
    text({ delimiter: ';' }),
  ),
});
