import { choice, each, groupPolicy, order, provider, reported, restrict, text, toggle } from '../declare.ts';

/**
 * Encryption of drives. Recovery keys are kept by Entra ID or Active Directory, not by the management.
 * @see https://learn.microsoft.com/windows/client-management/mdm/bitlocker-csp
 */
export const bitLocker = provider('BitLocker', {
  RequireDeviceEncryption: restrict({ title: 'BitLocker: encrypt the device' }),
  AllowStandardUserEncryption: toggle({ default: 0 }),
  AllowWarningForOtherDiskEncryption: choice(
    { 0: 'Encrypt silently', 1: 'Warn' },
    { title: 'BitLocker: warn of other encryption (0 encrypts silently)', default: 1 },
  ),
  ConfigureRecoveryPasswordRotation: choice(
    { 0: 'Off', 1: 'On for devices joined to Entra ID', 2: 'On for hybrid devices too' },
    { default: 0 },
  ),
  ...each(
    [
      'EncryptionMethodByDriveType',
      'IdentificationField',
      'SystemDrivesRequireStartupAuthentication',
      'SystemDrivesMinimumPINLength',
      'SystemDrivesEnhancedPIN',
      'SystemDrivesDisallowStandardUsersCanChangePIN',
      'SystemDrivesEnablePreBootPinExceptionOnDECapableDevice',
      'SystemDrivesEnablePrebootInputProtectorsOnSlates',
      'SystemDrivesEncryptionType',
      'SystemDrivesRecoveryMessage',
      'SystemDrivesRecoveryOptions',
      'FixedDrivesRequireEncryption',
      'FixedDrivesRecoveryOptions',
      'FixedDrivesEncryptionType',
      'RemovableDrivesRequireEncryption',
      'RemovableDrivesConfigureBDE',
      'RemovableDrivesEncryptionType',
    ],
    groupPolicy(),
  ),
  RemovableDrivesExcludedFromEncryption: text({ delimiter: ',' }),
  RotateRecoveryPasswords: order('chr'),
  'Status/DeviceEncryptionStatus': reported('int'),
  'Status/RemovableDrivesEncryptionStatus': reported('int'),
  'Status/RotateRecoveryPasswordsStatus': reported('int'),
  'Status/RotateRecoveryPasswordsRequestID': reported(),
});
