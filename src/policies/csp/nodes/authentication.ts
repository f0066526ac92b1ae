import { allow, number, policyArea, text } from '../declare.ts';

/**
 * Ways to sign in.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-authentication
 */
export const authentication = policyArea('Authentication', {
  AllowAadPasswordReset: allow({ default: 0 }),
  AllowFastReconnect: allow(),
  ConfigureWebcamAccessDomainNames: text({ delimiter: ';' }),
  ConfigureWebSignInAllowedUrls: text({ delimiter: ';' }),
  EnableFastFirstSignIn: number([0, 2], { default: 0 }),
  EnablePasswordlessExperience: number([0, 2], { default: 0 }),
  EnableWebSignIn: number([0, 2], { default: 0 }),
  PreferredAadTenantDomainName: text(),
});
