import { each, policyArea, text, toggle } from '../declare.ts';

/**
 * What the Windows Security app shows.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-windowsdefendersecuritycenter
 */
export const securityCenter = policyArea('WindowsDefenderSecurityCenter', {
  ...each(['CompanyName', 'Email', 'Phone', 'URL'], text()),
  ...each(
    [
      'DisableAccountProtectionUI',
      'DisableAppBrowserUI',
      'DisableClearTpmButton',
      'DisableDeviceSecurityUI',
      'DisableEnhancedNotifications',
      'DisableFamilyUI',
      'DisableHealthUI',
      'DisableNetworkUI',
      'DisableNotifications',
      'DisableTpmFirmwareUpdateWarning',
      'DisableVirusUI',
      'DisallowExploitProtectionOverride',
      'EnableCustomizedToasts',
      'EnableInAppCustomization',
      'HideRansomwareDataRecovery',
      'HideSecureBoot',
      'HideTPMTroubleshooting',
      'HideWindowsSecurityNotificationAreaControl',
    ],
    toggle({ default: 0 }),
  ),
});
