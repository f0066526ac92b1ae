import { each, groupPolicy, policyArea, toggle } from '../declare.ts';

/**
 * Signing in.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-windowslogon
 */
export const windowsLogon = policyArea('WindowsLogon', {
  ...each(
    [
      'AllowAutomaticRestartSignOn',
      'ConfigAutomaticRestartSignOn',
      'DisableLockScreenAppNotifications',
      'DontDisplayNetworkSelectionUI',
      'EnumerateLocalUsersOnDomainJoinedComputers',
    ],
    groupPolicy(),
  ),
  EnableFirstLogonAnimation: toggle({ default: 1 }),
  HideFastUserSwitching: toggle({ default: 0 }),
});
