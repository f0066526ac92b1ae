import type { NodeRule } from '../rules.ts';
import { dataAt } from '../store.ts';
import { leaves, readings, vendor } from './declare.ts';

const status = `${vendor}/DeviceStatus`;
const detail = './DevDetail';
const microsoft = `${detail}/Ext/Microsoft`;
const encryption = [
  ['Device', 'Vendor', 'MSFT', 'BitLocker', 'RequireDeviceEncryption'],
  ['Device', 'Vendor', 'MSFT', 'Policy', 'Config', 'Security', 'RequireDeviceEncryption'],
];

/** What a PC tells of itself: DevInfo, DevDetail, DeviceStatus, and what is beside them. */
export const factRules: readonly NodeRule[] = [
  ...readings('./DevInfo', {
    DevId: ['chr', ({ hardware }) => hardware.deviceId],
    Man: ['chr', ({ hardware }) => hardware.manufacturer],
    Mod: ['chr', ({ hardware }) => hardware.model],
    DmV: ['chr', () => '1.3'],
    Lang: ['chr', ({ hardware }) => hardware.locale],
  }),
  ...readings(detail, {
    SwV: ['chr', ({ hardware }) => hardware.osVersion],
    HwV: ['chr', () => '1.0'],
    FwV: ['chr', () => '1.21.0'],
    OEM: ['chr', ({ hardware }) => hardware.manufacturer],
    DevTyp: ['chr', () => 'Laptop'],
    LrgObj: ['bool', () => 'false'],
  }),
  ...readings(microsoft, {
    SMBIOSSerialNumber: ['chr', ({ hardware }) => hardware.serialNumber],
    SystemSKU: ['chr', ({ hardware }) => hardware.model],
    OSPlatform: ['chr', ({ hardware }) => (hardware.form === 'windows10' ? 'Windows 10' : 'Windows 11')],
    DeviceName: ['chr', ({ hardware }) => hardware.name],
    TotalRAM: ['int', ({ hardware }) => String(hardware.ram)],
    FreeStorage: ['int', () => '261376'],
  }),
  {
    // Takes effect with the next restart.
    uri: `${microsoft}/DNSComputerName`,
    formats: ['chr'],
    access: 'GR',
    read: ({ hardware, store }, segments) => dataAt(store, ...segments) ?? hardware.name,
  },
  ...readings(`${detail}/Ext`, {
    WLANMACAddress: ['chr', ({ hardware }) => plain(hardware.macAddresses[0])],
  }),
  ...readings(`${status}/OS`, {
    Edition: ['chr', ({ hardware }) => String(hardware.edition)],
    Mode: ['chr', () => '0'],
  }),
  ...readings(`${status}/Battery`, {
    Status: ['int', () => '1'],
    EstimatedChargeRemaining: ['int', () => '85'],
    EstimatedRuntime: ['int', () => '-1'],
  }),
  ...readings(`${status}/TPM`, {
    SpecificationVersion: ['chr', () => '2.0'],
    ManufacturerId: ['chr', () => '1398033696'],
    ManufacturerIdTxt: ['chr', () => 'STM'],
    ManufacturerVersion: ['chr', () => '1.258.0.0'],
  }),
  ...readings(`${status}/Antivirus`, { Status: ['int', () => '0'], SignatureStatus: ['int', () => '1'] }),
  ...readings(`${status}/Antispyware`, { Status: ['int', () => '0'], SignatureStatus: ['int', () => '1'] }),
  ...readings(`${status}/Firewall`, { Status: ['int', () => '0'] }),
  ...readings(`${status}/UAC`, { Status: ['int', () => '0'] }),
  ...readings(`${status}/Compliance`, {
    EncryptionCompliance: ['bool', ({ read }) => String(encryption.some((node) => read(node)?.data === '1'))],
  }),
  ...readings(`${status}/DeviceGuard`, {
    VirtualizationBasedSecurityStatus: ['int', () => '0'],
    LsaCfgCredGuardStatus: ['int', () => '0'],
    HypervisorEnforcedCodeIntegrityStatus: ['int', () => '0'],
    SystemGuardStatus: ['int', () => '1'],
  }),
  ...readings(`${status}/DMA`, { BootDMAProtectionStatus: ['int', () => '1'] }),
  ...readings(status, { SecureBootState: ['int', () => '1'] }),
  {
    uri: `${status}/NetworkIdentifiers`,
    formats: ['node'],
    access: 'G',
    read: ({ hardware }) => hardware.macAddresses.map(plain).join('/'),
  },
  ...readings(`${status}/NetworkIdentifiers/{mac}`, {
    IPAddressV4: ['chr', ({ hardware }, [, , , , , mac]) => (isOf(hardware, mac) ? '192.0.2.17' : undefined)],
    IPAddressV6: [
      'chr',
      ({ hardware }, [, , , , , mac]) => (isOf(hardware, mac) ? '2001:db8::17' : undefined),
    ],
    IsConnected: ['bool', ({ hardware }, [, , , , , mac]) => (isOf(hardware, mac) ? 'true' : undefined)],
    Type: ['int', ({ hardware }, [, , , , , mac]) => (isOf(hardware, mac) ? '2' : undefined)],
  }),
  {
    uri: `${status}/CellularIdentities`,
    formats: ['node'],
    access: 'G',
    read: ({ hardware }) => hardware.imei ?? '',
  },
  ...readings(`${vendor}/Defender/Health`, {
    RtpEnabled: ['bool', () => 'true'],
    SignatureVersion: ['chr', () => '1.421.1234.0'],
    EngineVersion: ['chr', () => '1.1.24090.11'],
    ComputerState: ['int', () => '0'],
    TamperProtectionEnabled: ['bool', () => 'true'],
  }),
  ...readings(`${vendor}/DeviceManageability/Capabilities`, {
    CSPVersions: [
      'xml',
      () => '<CSPVersions><CSP Node="./Device/Vendor/MSFT/Policy" Version="10.0"/></CSPVersions>',
    ],
  }),
  ...leaves(`${vendor}/WindowsLicensing`, 'Edition Status', 'int', 'G', { initial: '48' }),
];

const plain = (address: string | undefined) => address?.replaceAll('-', '');
const isOf = ({ macAddresses }: { readonly macAddresses: readonly string[] }, mac: string | undefined) =>
  macAddresses.some((address) => plain(address) === mac?.toUpperCase());
