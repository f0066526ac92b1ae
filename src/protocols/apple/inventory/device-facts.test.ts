import { expect, test } from 'vitest';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { deviceInformation } from '../commands/device-information.ts';
import { securityInfo } from '../commands/security-info.ts';
import { readDeviceFacts } from './device-facts.ts';

const factsOf = (responses: PlistDict, security: PlistDict = {}) =>
  readDeviceFacts({
    device: deviceInformation.readAnswer({ QueryResponses: responses }).content,
    security: securityInfo.readAnswer({ SecurityInfo: security }).content,
  });

test('a Mac', () => {
  const told = {
    UDID: '8D5B1A6E-0000-0000-0000-000000000001',
    DeviceName: "Ada's Mac",
    OSVersion: '15.1',
    BuildVersion: '24B83',
    SupplementalBuildVersion: '24B83',
    ModelName: 'MacBook Air',
    Model: 'Mac14,2',
    ProductName: 'Mac14,2',
    SerialNumber: 'C02XX',
    DeviceCapacity: 494.384795648,
    AvailableDeviceCapacity: 100.5,
    BatteryLevel: 0.846,
    HasBattery: true,
    IsSupervised: true,
    IsActivationLockEnabled: false,
    WiFiMAC: 'aa:bb:cc:dd:ee:ff',
    EthernetMAC: '11:22:33:44:55:66',
  };
  expect(factsOf(told, { FDE_Enabled: true })).toEqual({
    name: "Ada's Mac",
    os: 'macOS',
    osVersion: '15.1',
    osVersionName: 'Sequoia',
    battery: '85%',
    supervised: true,
    platformId: '8D5B1A6E-0000-0000-0000-000000000001',
    serialNumber: 'C02XX',
    details: {
      udid: '8D5B1A6E-0000-0000-0000-000000000001',
      build: '24B83',
      model: 'MacBook Air',
      productName: 'Mac14,2',
      wifiMac: 'aa:bb:cc:dd:ee:ff',
      ethernetMac: '11:22:33:44:55:66',
      totalStorage: 494_384_795_648,
      freeStorage: 100_500_000_000,
      encrypted: true,
      activationLock: false,
    },
  });
});

test('an iPhone with two SIMs', () => {
  const told = {
    DeviceName: 'iPhone',
    ProductName: 'iPhone15,2',
    OSVersion: '18.1',
    ServiceSubscriptions: [
      {
        Slot: 'CTSubscriptionSlotOne',
        IMEI: '35 000000 000001 1',
        PhoneNumber: '+4911',
        IsVoicePreferred: true,
      },
      {
        IMEI: '35 000000 000002 9',
        CurrentCarrierNetwork: 'Net',
        IsDataPreferred: true,
        MEID: '35000000000002',
      },
    ],
    IMEI: '35 000000 000009 9',
  };
  const safe = { HardwareEncryptionCaps: 3, PasscodePresent: true, PasscodeCompliant: false };
  expect(factsOf(told, safe)).toEqual({
    name: 'iPhone',
    os: 'iOS',
    osVersion: '18.1',
    imei: '350000000000011',
    details: {
      productName: 'iPhone15,2',
      meid: '35000000000002',
      phoneNumber: '+4911',
      carrier: 'Net',
      encrypted: true,
      passcodePresent: true,
      passcodeCompliant: false,
    },
  });
});

test('an old iPhone tells its one SIM without a list', () => {
  const told = { IMEI: '35 000000 000001 1', PhoneNumber: '+4911', SubscriberCarrierNetwork: 'Net' };
  expect(factsOf({ ...told, ModelName: 'iPhone' })).toEqual({
    os: 'iOS',
    imei: '350000000000011',
    details: { model: 'iPhone', phoneNumber: '+4911', carrier: 'Net' },
  });
});

test.each([
  ['iPad8,12', 'iPadOS'],
  ['iPod9,1', 'iOS'],
  ['AppleTV14,1', 'tvOS'],
  ['Watch6,1', 'watchOS'],
  ['RealityDevice14,1', 'visionOS'],
  ['MacBookPro18,3', 'macOS'],
  ['iMac21,1', 'macOS'],
  ['VirtualMac2,1', 'macOS'],
  ['VMware7,1', 'macOS'],
  ['Toaster1,1', undefined],
])('%s runs %s', (ProductName, os) => {
  expect(factsOf({ ProductName }).os).toBe(os);
});

test.each([
  ['26.1', 'Tahoe'],
  ['10.15.7', undefined],
  ['99.0', undefined],
  ['constructor', undefined],
])('macOS %s is called %s', (OSVersion, osVersionName) => {
  expect(factsOf({ ProductName: 'Mac14,2', OSVersion }).osVersionName).toBe(osVersionName);
  expect(factsOf({ ProductName: 'iPhone15,2', OSVersion }).osVersionName).toBeUndefined();
});

test('what only a Mac answers tells that it is one', () => {
  expect(factsOf({ ProductName: 'Standard PC', HostName: 'vm.local' }).os).toBe('macOS');
});

test('a device of a few words', () => {
  expect(factsOf({})).toEqual({ details: {} });
  expect(readDeviceFacts({})).toEqual({ details: {} });
  expect(factsOf({ DeviceName: '  ', SerialNumber: '' })).toEqual({ details: {} });
});

test('before macOS 12 storage is told in gibibytes', () => {
  const told = { ProductName: 'Macmini9,1', DeviceCapacity: 2 };
  expect(factsOf({ ...told, OSVersion: '11.7.10' }).details?.totalStorage).toBe(2 * 2 ** 30);
  expect(factsOf({ ...told, OSVersion: '12.0.1' }).details?.totalStorage).toBe(2_000_000_000);
  expect(factsOf({ DeviceCapacity: 2, OSVersion: '9.0' }).details?.totalStorage).toBe(2_000_000_000);
  expect(factsOf({ DeviceCapacity: -1 }).details).toEqual({});
  expect(factsOf({ DeviceCapacity: 1e300 }).details).toEqual({});
});

test.each([
  [{ BatteryLevel: -1 }, undefined],
  [{ BatteryLevel: 0 }, '0%'],
  [{ BatteryLevel: 1 }, '100%'],
  [{ BatteryLevel: 85 }, undefined],
  [{ BatteryLevel: 0.5, HasBattery: false }, undefined],
])('battery %j: %s', (told, battery) => {
  expect(factsOf(told).battery).toBe(battery);
});

test('data are protected only behind a passcode', () => {
  const caps = { HardwareEncryptionCaps: 3 };
  expect(factsOf({}, { ...caps, PasscodePresent: false }).details?.encrypted).toBe(false);
  expect(factsOf({}, { HardwareEncryptionCaps: 1, PasscodePresent: true }).details?.encrypted).toBe(false);
  expect(factsOf({}, caps).details?.encrypted).toBeUndefined();
});

test('endless texts are cut', () => {
  const facts = factsOf({ DeviceName: `${'n'.repeat(255)}😀`, SerialNumber: 's'.repeat(1_000) });
  expect(facts.name).toHaveLength(256);
  expect(facts.name?.isWellFormed()).toBe(true);
  expect(facts.serialNumber).toHaveLength(128);
});

test('what a device says when it enrols is told in the same words', () => {
  const device = { DeviceName: 'Mac', ProductName: 'Mac14,2', OSVersion: '15.1', SerialNumber: 'C02XX' };
  expect(readDeviceFacts({ device: { QueryResponses: device } })).toMatchObject({
    name: 'Mac',
    os: 'macOS',
    serialNumber: 'C02XX',
  });
});
