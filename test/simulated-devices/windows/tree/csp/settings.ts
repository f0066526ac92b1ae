import type { NodeRule } from '../rules.ts';
import { leaves, vendor } from './declare.ts';

const made = { isMadeByReplace: true };
const profiles = ['DomainProfile', 'PrivateProfile', 'PublicProfile'].map(
  (profile) => `${vendor}/Firewall/MdmStore/${profile}`,
);
const rule = `${vendor}/Firewall/MdmStore/FirewallRules/{Rule}`;

/** https://learn.microsoft.com/windows/client-management/mdm/bitlocker-csp */
const bitLocker: readonly NodeRule[] = [
  ...leaves(
    `${vendor}/BitLocker`,
    'RequireDeviceEncryption AllowStandardUserEncryption AllowWarningForOtherDiskEncryption ConfigureRecoveryPasswordRotation RequireStorageCardEncryption',
    'int',
    'ADGR',
    made,
  ),
  ...leaves(
    `${vendor}/BitLocker`,
    'EncryptionMethodByDriveType IdentificationField SystemDrivesEnablePreBootPinExceptionOnDECapableDevice SystemDrivesEnhancedPIN SystemDrivesDisallowStandardUsersCanChangePIN SystemDrivesEnablePrebootInputProtectorsOnSlates SystemDrivesEncryptionType SystemDrivesRequireStartupAuthentication SystemDrivesMinimumPINLength SystemDrivesRecoveryMessage SystemDrivesRecoveryOptions FixedDrivesRecoveryOptions FixedDrivesRequireEncryption FixedDrivesEncryptionType RemovableDrivesConfigureBDE RemovableDrivesEncryptionType RemovableDrivesRequireEncryption RemovableDrivesExcludedFromEncryption',
    'chr',
    'ADGR',
    made,
  ),
  ...leaves(
    `${vendor}/BitLocker/Status`,
    'DeviceEncryptionStatus RotateRecoveryPasswordsStatus',
    'int',
    'G',
    {
      initial: '0',
    },
  ),
];

/** Can be set and never be taken back: https://learn.microsoft.com/windows/client-management/mdm/firewall-csp */
const firewall: readonly NodeRule[] = [
  ...leaves(profiles, 'EnableFirewall', 'bool', 'GR', { initial: 'true' }),
  ...leaves(
    profiles,
    'DisableStealthMode Shielded DisableUnicastResponsesToMulticastBroadcast EnableLogDroppedPackets EnableLogSuccessConnections EnableLogIgnoredRules DisableInboundNotifications DisableStealthModeIpsecSecuredPacketExemption',
    'bool',
    'GR',
    { initial: 'false' },
  ),
  ...leaves(
    profiles,
    'AuthAppsAllowUserPrefMerge GlobalPortsAllowUserPrefMerge AllowLocalPolicyMerge AllowLocalIpsecPolicyMerge',
    'bool',
    'GR',
    { initial: 'true' },
  ),
  ...leaves(profiles, 'DefaultOutboundAction', 'int', 'GR', { initial: '0' }),
  ...leaves(profiles, 'DefaultInboundAction', 'int', 'GR', { initial: '1' }),
  ...leaves(profiles, 'LogMaxFileSize', 'int', 'GR', { initial: '1024' }),
  ...leaves(profiles, 'LogFilePath', 'chr', 'GR', {
    initial: '%systemroot%\\system32\\LogFiles\\Firewall\\pfirewall.log',
  }),
  ...leaves(`${vendor}/Firewall/MdmStore/Global`, 'DisableStatefulFtp', 'bool', 'GR', { initial: 'false' }),
  ...leaves(
    rule,
    'Name Description LocalPortRanges RemotePortRanges LocalAddressRanges RemoteAddressRanges InterfaceTypes Direction IcmpTypesAndCodes',
    'chr',
    'ADGR',
  ),
  ...leaves(rule, 'Protocol Profiles', 'int', 'ADGR'),
  ...leaves(rule, 'Enabled EdgeTraversal', 'bool', 'ADGR'),
  ...leaves(`${rule}/Action`, 'Type', 'int', 'ADGR'),
  ...leaves(`${rule}/App`, 'FilePath PackageFamilyName ServiceName Fqbn', 'chr', 'ADGR'),
];

const certificate = ['Root', 'CA', 'TrustedPublisher', 'TrustedPeople', 'Untrusted'].map(
  (store) => `${vendor}/RootCATrustedCertificates/${store}/{CertHash}`,
);

/** What is removed is the place of a certificate, not its content. */
const certificates: readonly NodeRule[] = [
  ...leaves(certificate, 'EncodedCertificate', 'b64', 'AGR'),
  ...leaves(certificate, 'IssuedBy IssuedTo ValidFrom ValidTo TemplateName', 'chr', 'G'),
];

/** Windows fetches the picture later, and says so. */
const personalization = leaves(
  `${vendor}/Personalization`,
  'DesktopImageUrl LockScreenImageUrl',
  'chr',
  'ADGR',
  {
    isMadeByReplace: true,
    set: () => ({ status: 202 }),
  },
);

/** Service providers that hold what they are given. */
export const settingRules: readonly NodeRule[] = [
  ...bitLocker,
  ...firewall,
  ...certificates,
  ...personalization,
  ...leaves(
    `${vendor}/Personalization`,
    'DesktopImageStatus LockScreenImageStatus CompanyLogoStatus',
    'int',
    'G',
    {
      initial: '1',
    },
  ),
  ...leaves(`${vendor}/Defender/Configuration`, '{Setting}', 'int', 'ADGR', {
    ...made,
    formats: ['int', 'chr'],
  }),
  ...leaves(`${vendor}/LAPS/Policies`, '{Setting}', 'int', 'ADGR', {
    ...made,
    formats: ['int', 'chr', 'bool'],
  }),
  ...leaves(`${vendor}/VPNv2/{Profile}`, 'ProfileXML', 'chr', 'ADGR'),
  ...leaves(`${vendor}/WiFi/Profile/{SSID}`, 'WlanXml', 'chr', 'ADGR'),
  ...leaves(`${vendor}/WiFi/Profile/{SSID}`, 'WiFiCost', 'int', 'ADGR'),
  ...leaves(`${vendor}/Accounts/Users/{User}`, 'Password', 'chr', 'A'),
  ...leaves(`${vendor}/Accounts/Users/{User}`, 'LocalUserGroup', 'int', 'A'),
  ...leaves(`${vendor}/Accounts/Domain`, 'ComputerName', 'chr', 'A'),
  ...leaves(`${vendor}/Update`, '{Setting}', 'int', 'ADGR', { ...made, formats: ['int', 'chr'] }),
  ...leaves(
    `${vendor}/PassportForWork/{TenantId}/Policies`,
    'UsePassportForWork RequireSecurityDevice EnablePinRecovery UseCertificateForOnPremAuth',
    'bool',
    'ADGR',
    made,
  ),
  ...leaves(
    `${vendor}/PassportForWork/{TenantId}/Policies/PINComplexity`,
    'MinimumPINLength MaximumPINLength UppercaseLetters LowercaseLetters SpecialCharacters Digits History Expiration',
    'int',
    'ADGR',
    made,
  ),
];
