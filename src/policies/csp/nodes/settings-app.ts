import { allow, each, policyArea, text } from '../declare.ts';

/**
 * Which pages the Settings app has.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-settings
 */
export const settingsApp = [
  ...policyArea(
    'Settings',
    each(
      [
        'AllowAutoPlay',
        'AllowDataSense',
        'AllowDateTime',
        'AllowEditDeviceName',
        'AllowLanguage',
        'AllowOnlineTips',
        'AllowPowerSleep',
        'AllowRegion',
        'AllowSignInOptions',
        'AllowVPN',
        'AllowWorkplace',
        'AllowYourAccount',
      ],
      allow(),
    ),
  ),
  ...policyArea('Settings', { PageVisibilityList: text() }, 'both'),
];
