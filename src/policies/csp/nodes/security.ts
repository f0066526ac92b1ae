import { allow, choice, number, policyArea, restrict, toggle } from '../declare.ts';

/**
 * Encryption, provisioning packages and recovery.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-security
 */
export const security = policyArea('Security', {
  AllowAddProvisioningPackage: allow(),
  AllowRemoveProvisioningPackage: allow(),
  ClearTPMIfNotReady: toggle({ default: 0 }),
  ConfigureWindowsPasswords: choice(
    { 0: 'Not allowed', 1: 'Allowed', 2: 'As the edition has it' },
    { default: 2 },
  ),
  PreventAutomaticDeviceEncryptionForAzureADJoinedDevices: toggle({ default: 0 }),
  RecoveryEnvironmentAuthentication: number([0, 2], { default: 0 }),
  RequireDeviceEncryption: restrict({ title: 'Security: encrypt the device' }),
  RequireProvisioningPackageSignature: restrict(),
  RequireRetrieveHealthCertificateOnBoot: restrict(),
});
