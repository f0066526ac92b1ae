import { allow, choice, policyArea, text, toggle } from '../declare.ts';

/**
 * Which accounts a PC may have beside that of the organization.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-accounts
 */
export const accountPolicies = policyArea('Accounts', {
  AllowAddingNonMicrosoftAccountsManually: allow(),
  AllowMicrosoftAccountConnection: allow(),
  AllowMicrosoftAccountSignInAssistant: choice(
    { 0: 'Disabled', 1: 'Started when it is needed' },
    { default: 1 },
  ),
  DomainNamesForEmailSync: text(),
  RestrictToEnterpriseDeviceAuthenticationOnly: toggle({ default: 0 }),
});
