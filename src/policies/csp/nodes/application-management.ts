import { allow, choice, each, policyArea, restrict, text, toggle } from '../declare.ts';

/**
 * Where apps may come from.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-applicationmanagement
 */
export const applicationManagement = [
  ...policyArea('ApplicationManagement', {
    ...each(
      ['AllowAllTrustedApps', 'AllowDeveloperUnlock'],
      choice(
        { 0: 'Not allowed', 1: 'Allowed', 65535: 'Not configured' },
        { default: 65535, combine: 'smaller' },
      ),
    ),
    AllowAppStoreAutoUpdate: choice({ 0: 'Not allowed', 1: 'Allowed', 2: 'Not configured' }, { default: 2 }),
    AllowGameDVR: allow(),
    AllowSharedUserAppData: allow({ default: 0 }),
    BlockNonAdminUserInstall: restrict(),
    DisableStoreOriginatedApps: restrict(),
    LaunchAppAfterLogOn: text({ delimiter: ';' }),
    MSIAllowUserControlOverInstall: toggle({ default: 0 }),
    RestrictAppDataToSystemVolume: restrict(),
    RestrictAppToSystemVolume: restrict(),
  }),
  ...policyArea(
    'ApplicationManagement',
    { MSIAlwaysInstallWithElevatedPrivileges: toggle({ default: 0 }), RequirePrivateStoreOnly: restrict() },
    'both',
  ),
];
