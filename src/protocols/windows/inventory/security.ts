import { nodes } from './item.ts';

/** https://learn.microsoft.com/windows/client-management/mdm/devicestatus-csp */
export const securityStatus = nodes('security', './Vendor/MSFT/DeviceStatus', {
  tpmVersion: 'TPM/SpecificationVersion',
  tpmManufacturer: 'TPM/ManufacturerIdTxt',
  tpmFirmware: 'TPM/ManufacturerVersion',
  /** 0 not supported, 1 on, 2 off. */
  secureBoot: 'SecureBootState',
  /** 0 on, 1 disabled, 2 partly, 3 snoozed, 4 none; so is the firewall. */
  antivirus: 'Antivirus/Status',
  antivirusSignatures: 'Antivirus/SignatureStatus',
  antispyware: 'Antispyware/Status',
  antispywareSignatures: 'Antispyware/SignatureStatus',
  firewall: 'Firewall/Status',
  userAccountControl: 'UAC/Status',
  virtualizationBasedSecurity: 'DeviceGuard/VirtualizationBasedSecurityStatus',
  credentialGuard: 'DeviceGuard/LsaCfgCredGuardStatus',
  memoryIntegrity: 'DeviceGuard/HypervisorEnforcedCodeIntegrityStatus',
  systemGuard: 'DeviceGuard/SystemGuardStatus',
  dmaProtection: 'DMA/BootDMAProtectionStatus',
  /** Of the system drive: 1 when it is encrypted. */
  encryption: 'Compliance/EncryptionCompliance',
});

/** A bit mask of what a policy wants and is not so. https://learn.microsoft.com/windows/client-management/mdm/bitlocker-csp */
export const bitLocker = nodes('security', './Device/Vendor/MSFT/BitLocker/Status', {
  bitLocker: 'DeviceEncryptionStatus',
  recoveryRotation: 'RotateRecoveryPasswordsStatus',
});

/** https://learn.microsoft.com/windows/client-management/mdm/defender-csp */
export const defender = nodes('security', './Device/Vendor/MSFT/Defender/Health', {
  computerState: 'ComputerState',
  realTimeProtection: 'RtpEnabled',
  signatures: 'SignatureVersion',
  signaturesOutdated: 'SignatureOutOfDate',
  tamperProtection: 'TamperProtectionEnabled',
  restartRequired: 'RebootRequired',
});
