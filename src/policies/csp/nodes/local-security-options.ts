import { choice, each, number, policyArea, text, toggle } from '../declare.ts';

/**
 * What the local security policy of a PC has under its security options.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-localpoliciessecurityoptions
 */
export const localSecurityOptions = policyArea('LocalPoliciesSecurityOptions', {
  Accounts_BlockMicrosoftAccounts: choice(
    { 0: 'Not blocked', 1: 'No new ones', 3: 'No new ones and no sign-in' },
    { default: 0 },
  ),
  Accounts_EnableAdministratorAccountStatus: toggle({ default: 0 }),
  Accounts_EnableGuestAccountStatus: toggle({ default: 0 }),
  Accounts_LimitLocalAccountUseOfBlankPasswordsToConsoleLogonOnly: toggle({ default: 1 }),
  Accounts_RenameAdministratorAccount: text({ default: 'Administrator' }),
  Accounts_RenameGuestAccount: text({ default: 'Guest' }),
  InteractiveLogon_DoNotDisplayLastSignedIn: toggle({ default: 0 }),
  InteractiveLogon_DoNotDisplayUsernameAtSignIn: number([0, 1]),
  InteractiveLogon_DoNotRequireCTRLALTDEL: number([0, 1]),
  InteractiveLogon_MachineInactivityLimit: number([0, 599_940], { default: 0 }),
  InteractiveLogon_MessageTextForUsersAttemptingToLogOn: text(),
  InteractiveLogon_MessageTitleForUsersAttemptingToLogOn: text(),
  ...each(
    [
      'MicrosoftNetworkClient_DigitallySignCommunicationsAlways',
      'MicrosoftNetworkClient_SendUnencryptedPasswordToThirdPartySMBServers',
      'MicrosoftNetworkServer_DigitallySignCommunicationsAlways',
      'MicrosoftNetworkServer_DigitallySignCommunicationsIfClientAgrees',
      'NetworkAccess_DoNotAllowAnonymousEnumerationOfSamAccountsAndShares',
      'NetworkSecurity_AllowPKU2UAuthenticationRequests',
      'NetworkSecurity_ForceLogoffWhenLogonHoursExpire',
      'Shutdown_ClearVirtualMemoryPageFile',
      'UserAccountControl_AllowUIAccessApplicationsToPromptForElevation',
      'UserAccountControl_OnlyElevateExecutableFilesThatAreSignedAndValidated',
      'UserAccountControl_UseAdminApprovalMode',
    ],
    number([0, 1]),
  ),
  ...each(
    [
      'MicrosoftNetworkClient_DigitallySignCommunicationsIfServerAgrees',
      'NetworkAccess_DoNotAllowAnonymousEnumerationOfSAMAccounts',
      'NetworkAccess_RestrictAnonymousAccessToNamedPipesAndShares',
      'NetworkSecurity_DoNotStoreLANManagerHashValueOnNextPasswordChange',
      'Shutdown_AllowSystemToBeShutDownWithoutHavingToLogOn',
      'UserAccountControl_DetectApplicationInstallationsAndPromptForElevation',
      'UserAccountControl_OnlyElevateUIAccessApplicationsThatAreInstalledInSecureLocations',
      'UserAccountControl_RunAllAdministratorsInAdminApprovalMode',
      'UserAccountControl_SwitchToTheSecureDesktopWhenPromptingForElevation',
      'UserAccountControl_VirtualizeFileAndRegistryWriteFailuresToPerUserLocations',
    ],
    toggle({ default: 1 }),
  ),
  NetworkAccess_RestrictClientsAllowedToMakeRemoteCallsToSAM: text(),
  NetworkSecurity_LANManagerAuthenticationLevel: choice(
    {
      0: 'LM and NTLM',
      1: 'LM and NTLM, NTLMv2 session security if agreed',
      2: 'NTLM',
      3: 'NTLMv2',
      4: 'NTLMv2, refuse LM',
      5: 'NTLMv2, refuse LM and NTLM',
    },
    { default: 3, combine: 'larger' },
  ),
  UserAccountControl_BehaviorOfTheElevationPromptForAdministrators: choice(
    {
      0: 'Elevate without asking',
      1: 'Credentials on the secure desktop',
      2: 'Consent on the secure desktop',
      3: 'Credentials',
      4: 'Consent',
      5: 'Consent for what is not of Windows',
    },
    { default: 5 },
  ),
  UserAccountControl_BehaviorOfTheElevationPromptForStandardUsers: choice(
    { 0: 'Deny', 1: 'Credentials on the secure desktop', 3: 'Credentials' },
    { default: 3 },
  ),
});
