import { expect, test } from 'vitest';
import { readDeviceFacts } from './device-facts.ts';

const detail = './DevDetail/Ext/Microsoft';
const status = './Vendor/MSFT/DeviceStatus';
const factsOf = (told: Readonly<Record<string, string>>) => readDeviceFacts(new Map(Object.entries(told)));

test('a notebook', () => {
  expect(
    factsOf({
      './DevInfo/Man': 'Contoso',
      './DevInfo/Mod': 'Notebook 14',
      './DevDetail/SwV': '10.0.26200.9278',
      './DevDetail/OEM': 'Contoso Corporation',
      './DevDetail/Ext/WLANMACAddress': 'AABBCCDDEEFF',
      [`${detail}/DeviceName`]: 'OLD-NAME',
      [`${detail}/DNSComputerName`]: ' PC-0001 ',
      [`${detail}/SMBIOSSerialNumber`]: 'SN-1',
      [`${detail}/SystemSKU`]: 'SKU_14',
      [`${detail}/FreeStorage`]: '102400',
      [`${detail}/TotalRAM`]: '16384',
      [`${status}/OS/Edition`]: '48',
      [`${status}/Battery/EstimatedChargeRemaining`]: '85',
      [`${status}/NetworkIdentifiers`]: '01%3A02%3A03%3A04%3A05%3A06/0A0B0C0D0E0F/112233445566',
      [`${status}/NetworkIdentifiers/01%3A02%3A03%3A04%3A05%3A06/Type`]: '1',
      [`${status}/NetworkIdentifiers/01%3A02%3A03%3A04%3A05%3A06/IsConnected`]: 'false',
      [`${status}/NetworkIdentifiers/0A0B0C0D0E0F/Type`]: '1',
      [`${status}/NetworkIdentifiers/0A0B0C0D0E0F/IsConnected`]: 'true',
      [`${status}/NetworkIdentifiers/112233445566/Type`]: '2',
      [`${status}/CellularIdentities`]: '350000000000011',
      [`${status}/CellularIdentities/350000000000011/PhoneNumber`]: '+4911',
      [`${status}/Compliance/EncryptionCompliance`]: '1',
      [`${status}/SecureBootState`]: '1',
      [`${status}/TPM/SpecificationVersion`]: '2.0',
    }),
  ).toEqual({
    name: 'PC-0001',
    os: 'Windows',
    osVersion: '10.0.26200.9278',
    osVersionName: 'Windows 11 Pro',
    battery: '85%',
    serialNumber: 'SN-1',
    imei: '350000000000011',
    details: {
      build: '26200.9278',
      edition: 'Pro',
      manufacturer: 'Contoso',
      model: 'Notebook 14',
      productName: 'SKU_14',
      wifiMac: 'aa:bb:cc:dd:ee:ff',
      ethernetMac: '0a:0b:0c:0d:0e:0f',
      freeStorage: 107_374_182_400,
      totalMemory: 17_179_869_184,
      phoneNumber: '+4911',
      encrypted: true,
      secureBoot: true,
      tpmVersion: '2.0',
    },
  });
});

test('a PC of few words', () => {
  expect(factsOf({})).toEqual({ os: 'Windows', details: {} });
  expect(factsOf({ [`${detail}/DeviceName`]: 'PC', [`${detail}/DNSComputerName`]: '  ' }).name).toBe('PC');
});

test.each([
  ['10.0.19045.4170', '4', 'Windows 10 Enterprise'],
  ['10.0.22000.1', '101', 'Windows 11 Home'],
  ['10.0.21999.1', undefined, 'Windows 10'],
  ['10.0.26100.1', '9999', 'Windows 11'],
  ['6.3.9600', '48', undefined],
  ['rubbish', '48', undefined],
])('%s of the edition %s is %s', (version, edition, name) => {
  const told = { './DevDetail/SwV': version, ...(edition && { [`${status}/OS/Edition`]: edition }) };
  expect(factsOf(told).osVersionName).toBe(name);
});

test.each([
  ['-1', undefined],
  ['0', '0%'],
  ['100', '100%'],
  ['101', undefined],
  ['x', undefined],
])('battery %s: %s', (charge, battery) => {
  expect(factsOf({ [`${status}/Battery/EstimatedChargeRemaining`]: charge }).battery).toBe(battery);
});

test.each(['0', 'None', 'Default string', 'To Be Filled By O.E.M.', 'System Serial Number', ' '])(
  '"%s" is no serial number',
  (value) => {
    expect(factsOf({ [`${detail}/SMBIOSSerialNumber`]: value })).not.toHaveProperty('serialNumber');
  },
);

test.each([
  ['AA-BB-CC-DD-EE-FF', 'aa:bb:cc:dd:ee:ff'],
  ['000000000000', undefined],
  ['AABBCC', undefined],
  ['%ZZ', undefined],
])('the MAC address %s is %s', (value, mac) => {
  expect(factsOf({ './DevDetail/Ext/WLANMACAddress': value }).details?.wifiMac).toBe(mac);
});

test('what is not supported is not off', () => {
  const facts = (secureBoot: string, encryption: string) =>
    factsOf({
      [`${status}/SecureBootState`]: secureBoot,
      [`${status}/Compliance/EncryptionCompliance`]: encryption,
    }).details;
  expect(facts('0', '2')).toEqual({});
  expect(facts('2', '0')).toEqual({ secureBoot: false, encrypted: false });
  expect(facts('1', 'true')).toEqual({ secureBoot: true, encrypted: true });
});

test('sizes are octets, and nonsense is none', () => {
  const sizeOf = (value: string) => factsOf({ [`${detail}/TotalStorage`]: value }).details?.totalStorage;
  expect(sizeOf('1')).toBe(2 ** 20);
  expect(sizeOf('-1')).toBe(undefined);
  expect(sizeOf('999999999999999')).toBe(undefined);
});

test('endless texts are cut', () => {
  const facts = factsOf({
    [`${detail}/DNSComputerName`]: 'n'.repeat(1_000),
    './DevInfo/Mod': 'm'.repeat(1_000),
  });
  expect(facts.name).toHaveLength(256);
  expect(facts.details?.model).toHaveLength(128);
});
