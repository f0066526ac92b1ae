import { groupPolicy, number, policyArea } from '../declare.ts';

/**
 * What the sign-in page offers.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-credentialproviders
 */
export const credentialProviders = policyArea('CredentialProviders', {
  AllowPINLogon: groupPolicy(),
  BlockPicturePassword: groupPolicy(),
  DisableAutomaticReDeploymentCredentials: number([0, 1], { default: 1 }),
});
