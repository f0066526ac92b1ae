import { bool, choice, number, of, order, provider, reported, text } from '../declare.ts';

/** Windows got it with the updates of April 2023. */
const builds = [
  '10.0.25145',
  '10.0.22621.1480',
  '10.0.22000.1754',
  '10.0.20348.1663',
  '10.0.19041.2784',
  '10.0.17763.4244',
];

/**
 * The password of the local administrator, which is changed again and again and kept in a directory.
 * @see https://learn.microsoft.com/windows/client-management/mdm/laps-csp
 */
export const laps = provider('LAPS', {
  Policies: of('node', { access: 'ADGR', atomic: true, builds }),
  'Policies/ADEncryptedPasswordHistorySize': number([0, 12], { default: 0, builds }),
  'Policies/ADPasswordEncryptionEnabled': bool({ default: true, builds }),
  'Policies/ADPasswordEncryptionPrincipal': text({ builds }),
  'Policies/AdministratorAccountName': text({ builds }),
  'Policies/BackupDirectory': choice(
    { 0: 'Nowhere', 1: 'Entra ID', 2: 'Active Directory' },
    { default: 0, builds },
  ),
  'Policies/PassphraseLength': number([3, 10], { default: 6 }),
  'Policies/PasswordAgeDays': number([1, 365], { default: 30, builds }),
  'Policies/PasswordComplexity': number([1, 8], { default: 4, builds }),
  'Policies/PasswordExpirationProtectionEnabled': bool({ default: true, builds }),
  'Policies/PasswordLength': number([8, 64], { default: 14, builds }),
  'Policies/PostAuthenticationActions': choice(
    {
      1: 'Reset the password',
      3: 'And sign out',
      5: 'And restart',
      11: 'And sign out and end what still runs',
    },
    { default: 3, builds },
  ),
  'Policies/PostAuthenticationResetDelay': number([0, 24], { default: 24, builds }),
  'Policies/AutomaticAccountManagementEnableAccount': bool({ default: false }),
  'Policies/AutomaticAccountManagementEnabled': bool({ default: false }),
  'Policies/AutomaticAccountManagementNameOrPrefix': text(),
  'Policies/AutomaticAccountManagementRandomizeName': bool({ default: false }),
  'Policies/AutomaticAccountManagementTarget': number([0, 1]),
  'Actions/ResetPassword': order(),
  'Actions/ResetPasswordStatus': reported('int'),
});
