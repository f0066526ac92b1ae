import { each, provider, reported } from '../declare.ts';

/**
 * How a device is: security, battery, network.
 * @see https://learn.microsoft.com/windows/client-management/mdm/devicestatus-csp
 */
export const deviceStatus = provider('DeviceStatus', {
  ...each(
    [
      'CertAttestation/MDMClientCertAttestation',
      'DomainName',
      'OS/Edition',
      'TPM/ManufacturerIdTxt',
      'TPM/ManufacturerVersion',
      'TPM/SpecificationVersion',
      'CellularIdentities/{IMEI}/CommercializationOperator',
      'CellularIdentities/{IMEI}/ICCID',
      'CellularIdentities/{IMEI}/IMSI',
      'CellularIdentities/{IMEI}/PhoneNumber',
      'NetworkIdentifiers/{MacAddress}/IPAddressV4',
      'NetworkIdentifiers/{MacAddress}/IPAddressV6',
    ],
    reported(),
  ),
  ...each(
    [
      'Antispyware/SignatureStatus',
      'Antispyware/Status',
      'Antivirus/SignatureStatus',
      'Antivirus/Status',
      'Battery/EstimatedChargeRemaining',
      'Battery/EstimatedRuntime',
      'Battery/Status',
      'Compliance/EncryptionCompliance',
      'DMA/BootDMAProtectionStatus',
      'DeviceGuard/HypervisorEnforcedCodeIntegrityStatus',
      'DeviceGuard/LsaCfgCredGuardStatus',
      'DeviceGuard/SystemGuardStatus',
      'DeviceGuard/VirtualizationBasedSecurityHwReq',
      'DeviceGuard/VirtualizationBasedSecurityStatus',
      'Firewall/Status',
      'NetworkIdentifiers/{MacAddress}/Type',
      'OS/Mode',
      'SecureBootState',
      'TPM/ManufacturerId',
      'UAC/Status',
      'CellularIdentities/{IMEI}/RoamingStatus',
    ],
    reported('int'),
  ),
  'NetworkIdentifiers/{MacAddress}/IsConnected': reported('bool'),
  'CellularIdentities/{IMEI}': reported('node', { named: 'byDevice' }),
  'NetworkIdentifiers/{MacAddress}': reported('node', { named: 'byDevice' }),
});
