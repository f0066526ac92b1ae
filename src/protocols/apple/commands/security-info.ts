import { Type } from 'typebox';
import { appleCommand, everySystem } from './command.ts';
import { Arguments, Told } from './shape.ts';

/** The recovery key of FileVault, which a Mac sends too, is left out: it is not for the inventory. */
export const securityInfo = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/security-info-command',
  requestType: 'SecurityInfo',
  arguments: Arguments({}),
  answer: Told({
    SecurityInfo: Told({
      HardwareEncryptionCaps: Type.Integer(),
      PasscodePresent: Type.Boolean(),
      PasscodeCompliant: Type.Boolean(),
      PasscodeCompliantWithProfiles: Type.Boolean(),
      PasscodeLockGracePeriod: Type.Integer(),
      PasscodeLockGracePeriodEnforced: Type.Integer(),
      AutoLockTime: Type.Integer(),
      FDE_Enabled: Type.Boolean(),
      FDE_HasPersonalRecoveryKey: Type.Boolean(),
      FDE_HasInstitutionalRecoveryKey: Type.Boolean(),
      SystemIntegrityProtectionEnabled: Type.Boolean(),
      FirewallSettings: Told({
        FirewallEnabled: Type.Boolean(),
        BlockAllIncoming: Type.Boolean(),
        StealthMode: Type.Boolean(),
        LoggingEnabled: Type.Boolean(),
        LoggingOption: Type.String(),
        Applications: Type.Array(
          Told({ Allowed: Type.Boolean(), BundleID: Type.String(), Name: Type.String() }),
        ),
      }),
      FirmwarePasswordStatus: Told({
        PasswordExists: Type.Boolean(),
        ChangePending: Type.Boolean(),
        AllowOroms: Type.Boolean(),
      }),
      ManagementStatus: Told({
        EnrolledViaDEP: Type.Boolean(),
        UserApprovedEnrollment: Type.Boolean(),
        IsUserEnrollment: Type.Boolean(),
        IsActivationLockManageable: Type.Boolean(),
      }),
      SecureBoot: Told({
        SecureBootLevel: Type.String(),
        ExternalBootLevel: Type.String(),
        ReducedSecurity: Type.Array(Type.String()),
      }),
      RemoteDesktopEnabled: Type.Boolean(),
      AuthenticatedRootVolumeEnabled: Type.Boolean(),
      BootstrapTokenAllowedForAuthentication: Type.String(),
      BootstrapTokenRequiredForSoftwareUpdate: Type.Boolean(),
      BootstrapTokenRequiredForKernelExtensionApproval: Type.Boolean(),
      IsRecoveryLockEnabled: Type.Boolean(),
    }),
  }),
  inventory: 'security',
  systems: everySystem,
  repeatable: true,
});
