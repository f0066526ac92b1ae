import { expect, test } from 'vitest';
import type { JsonObject } from '../../../kernel/json.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { certificateList } from './certificate-list.ts';
import { appleCommands, findCommand } from './commands.ts';
import { declarativeManagement } from './declarative-management.ts';
import { deviceConfigured } from './device-configured.ts';
import { deviceInformation, deviceInformationQueries } from './device-information.ts';
import { eraseDevice } from './erase-device.ts';
import { installedApplicationList } from './installed-application-list.ts';
import { clearPasscode, deviceLock } from './lock.ts';
import { restartDevice, shutDownDevice } from './power.ts';
import { installProfile, profileList, removeProfile } from './profiles.ts';
import { securityInfo } from './security-info.ts';
import { jsonOfPlist } from './shape.ts';
import { missingArgument, whatForbids, type CommandTarget } from './what-forbids.ts';

const octets = (text: string) => Buffer.from(text);
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('every command is found by its request type, and says what it needs', () => {
  for (const command of appleCommands) {
    expect(findCommand(command.requestType)).toBe(command);
    expect(Object.keys(command.systems)).not.toEqual([]);
    const names = Object.keys(command.arguments.properties);
    const named = Object.values(command.systems).flatMap(({ needs = [] }) => needs);
    for (const name of [...named, ...(command.secrets ?? []), ...(command.addedByServer ?? [])]) {
      expect(names).toContain(name);
    }
  }
  expect(new Set(appleCommands).size).toBe(new Set(appleCommands.map((one) => one.requestType)).size);
  expect(findCommand('toString')).toBeUndefined();
});

test('exactly what changes the device for good is never repeated', () => {
  expect(appleCommands.filter((one) => !one.repeatable).map((one) => one.requestType)).toEqual([
    'ClearPasscode',
    'DeviceLock',
    'EraseDevice',
    'RestartDevice',
    'ShutDownDevice',
  ]);
});

test.each<[PlistDict, PlistDict]>([
  [
    installProfile.encode({ Payload: base64('<plist/>') }),
    { RequestType: 'InstallProfile', Payload: octets('<plist/>') },
  ],
  [
    removeProfile.encode({ Identifier: 'muster.a' }),
    { RequestType: 'RemoveProfile', Identifier: 'muster.a' },
  ],
  [profileList.encode({ ManagedOnly: true }), { RequestType: 'ProfileList', ManagedOnly: true }],
  [certificateList.encode({}), { RequestType: 'CertificateList' }],
  [securityInfo.encode({}), { RequestType: 'SecurityInfo' }],
  [
    installedApplicationList.encode({ Items: ['Name', 'Version'] }),
    { RequestType: 'InstalledApplicationList', Items: ['Name', 'Version'] },
  ],
  [
    deviceInformation.encode({ Queries: ['DeviceName'] }),
    { RequestType: 'DeviceInformation', Queries: ['DeviceName'] },
  ],
  [
    deviceLock.encode({ PIN: '012345', Message: 'Lost' }),
    { RequestType: 'DeviceLock', PIN: '012345', Message: 'Lost' },
  ],
  [
    clearPasscode.encode({ UnlockToken: base64('token') }),
    { RequestType: 'ClearPasscode', UnlockToken: octets('token') },
  ],
  [
    eraseDevice.encode({ ReturnToService: { Enabled: true, WiFiProfileData: base64('wifi') } }),
    { RequestType: 'EraseDevice', ReturnToService: { Enabled: true, WiFiProfileData: octets('wifi') } },
  ],
  [restartDevice.encode({ NotifyUser: true }), { RequestType: 'RestartDevice', NotifyUser: true }],
  [shutDownDevice.encode({}), { RequestType: 'ShutDownDevice' }],
  [deviceConfigured.encode({}), { RequestType: 'DeviceConfigured' }],
  [
    declarativeManagement.encode({ Data: base64('{}') }),
    { RequestType: 'DeclarativeManagement', Data: octets('{}') },
  ],
])('%j', (encoded, expected) => {
  expect(encoded).toEqual(expected);
});

test.each<[string, unknown, string, string]>([
  ['DeviceLock', { PIN: '12345' }, 'PIN', 'must be six digits'],
  ['DeviceLock', { PIN: '１２３４５６' }, 'PIN', 'must be six digits'],
  ['DeviceLock', { PIN: 123456 }, 'PIN', 'must be string'],
  ['DeviceLock', { Message: 'm'.repeat(501) }, 'Message', 'must not have more than 500 characters'],
  ['DeviceLock', { Pin: '123456' }, 'Pin', 'is not a known property'],
  ['RemoveProfile', {}, 'Identifier', 'is required'],
  ['InstallProfile', { Payload: 'not Base64!' }, 'Payload', 'must be Base64'],
  [
    'EraseDevice',
    { ReturnToService: { Enabled: true, MDMProfileData: '***' } },
    'ReturnToService.MDMProfileData',
    'must be Base64',
  ],
  ['EraseDevice', { ObliterationBehavior: 'Never' }, 'ObliterationBehavior', 'must be one of "Default"'],
  ['DeviceInformation', { Queries: [] }, 'Queries', 'must not have fewer than 1 items'],
  ['ClearPasscode', { UnlockToken: base64('token') }, 'UnlockToken', 'is not a known property'],
  ['RestartDevice', [], 'body', 'must be object'],
])('%s refuses %j', (requestType, given, path, message) => {
  expect(findCommand(requestType)!.violations(given)).toEqual([
    { path, message: expect.stringContaining(message) },
  ]);
});

test('an unlock token is added by the server, and there is no command without it', () => {
  expect(clearPasscode.violations({})).toEqual([]);
  const withoutToken = {} as { UnlockToken: string };
  expect(() => clearPasscode.encode(withoutToken)).toThrow(
    expect.objectContaining({ violations: [{ path: 'UnlockToken', message: 'is required' }] }),
  );
});

test('an answer is read as far as it can be, and what cannot be read is named', () => {
  const answer = {
    QueryResponses: {
      DeviceName: 'Mac',
      OSVersion: 15,
      DeviceCapacity: 494.4,
      BatteryLevel: -0,
      AvailableDeviceCapacity: Number.NaN,
      CellularTechnology: 2n ** 63n,
      IsSupervised: 'true',
      LastCloudBackupDate: new Date('2026-01-31T12:00:00Z'),
      ServiceSubscriptions: [{ IMEI: '35', IsRoaming: 1 }, 'none'],
      SomethingNew: 1,
    },
    Extra: true,
  };
  expect(deviceInformation.readAnswer(answer)).toStrictEqual({
    content: {
      QueryResponses: {
        DeviceName: 'Mac',
        DeviceCapacity: 494.4,
        BatteryLevel: 0,
        LastCloudBackupDate: '2026-01-31T12:00:00.000Z',
        ServiceSubscriptions: [{ IMEI: '35' }],
      },
    },
    unreadable: [
      'QueryResponses.OSVersion',
      'QueryResponses.AvailableDeviceCapacity',
      'QueryResponses.IsSupervised',
      'QueryResponses.CellularTechnology',
      'QueryResponses.ServiceSubscriptions[0].IsRoaming',
      'QueryResponses.ServiceSubscriptions[1]',
    ],
  });
  expect(deviceInformation.readAnswer({})).toEqual({ content: {}, unreadable: [] });
  expect(deviceInformation.readAnswer({ QueryResponses: [] })).toEqual({
    content: {},
    unreadable: ['QueryResponses'],
  });
});

test('an answer of nothing but mistakes is not repeated whole', () => {
  const { content, unreadable } = profileList.readAnswer({
    ProfileList: Array.from({ length: 1_000 }, () => 1),
  });
  expect(content).toEqual({ ProfileList: [] });
  expect(unreadable).toHaveLength(100);
});

test('lists of profiles, apps and certificates are read', () => {
  const profile = { PayloadIdentifier: 'muster.a', PayloadUUID: 'U', PayloadContent: [{ PayloadType: 'p' }] };
  expect(
    profileList.readAnswer({ ProfileList: [{ ...profile, SignerCertificates: [octets('c')] }] }),
  ).toEqual({
    content: { ProfileList: [profile] },
    unreadable: [],
  });
  const app = { Identifier: 'a.b', Name: 'B', ShortVersion: '1.0', BundleSize: 5_000_000_000 };
  expect(installedApplicationList.readAnswer({ InstalledApplicationList: [app, { Name: 7 }] })).toEqual({
    content: { InstalledApplicationList: [app, {}] },
    unreadable: ['InstalledApplicationList[1].Name'],
  });
  const certificate = { CommonName: 'Mac', IsIdentity: true };
  expect(
    certificateList.readAnswer({ CertificateList: [{ ...certificate, Data: octets('der') }] }).content,
  ).toEqual({ CertificateList: [{ ...certificate, Data: base64('der') }] });
});

test('the recovery key of FileVault does not come into the inventory', () => {
  const answer = { SecurityInfo: { FDE_Enabled: true, FDE_PersonalRecoveryKeyCMS: octets('secret') } };
  expect(securityInfo.readAnswer(answer)).toEqual({
    content: { SecurityInfo: { FDE_Enabled: true } },
    unreadable: [],
  });
});

test('a device is asked what its version knows', () => {
  const queries = (...of: Parameters<typeof deviceInformationQueries>) => deviceInformationQueries(...of);
  expect(queries('macOS', '13.3')).toEqual(expect.arrayContaining(['EthernetMAC', 'HasBattery', 'UDID']));
  expect(queries('macOS', '13.3')).not.toContain('IMEI');
  expect(queries('macOS', '13.2.1')).not.toContain('HasBattery');
  expect(queries('iOS', '18.1')).toEqual(expect.arrayContaining(['IMEI', 'ServiceSubscriptions']));
  expect(queries('iOS', '18.1')).not.toContain('EthernetMAC');
  expect(queries('tvOS', undefined)).toContain('TimeZone');
  expect(queries('tvOS', undefined)).not.toContain('DeviceCapacity');
  expect(queries(undefined, undefined)).toEqual(expect.arrayContaining(['EthernetMAC', 'IMEI']));
});

const mac: CommandTarget = { os: 'macOS', osVersion: '15.1', supervised: false, channel: 'device' };
const iPad: CommandTarget = { os: 'iPadOS', osVersion: '18.1', supervised: false, channel: 'device' };

test.each<[string, CommandTarget, string | undefined]>([
  ['DeviceLock', mac, undefined],
  ['DeviceLock', iPad, undefined],
  ['DeviceLock', { ...iPad, os: 'tvOS' }, 'tvOS does not know DeviceLock.'],
  ['EraseDevice', iPad, undefined],
  [
    'EraseDevice',
    { ...iPad, isUserEnrollment: true },
    'EraseDevice is not for devices that their owner enrolled.',
  ],
  ['RestartDevice', mac, undefined],
  ['RestartDevice', iPad, 'RestartDevice needs a supervised device on iPadOS, and this one is not.'],
  ['RestartDevice', { ...iPad, supervised: null }, undefined],
  [
    'RestartDevice',
    { ...mac, osVersion: '10.12.6' },
    'RestartDevice needs macOS 10.13; the device has 10.12.6.',
  ],
  ['RestartDevice', { ...mac, osVersion: null }, undefined],
  ['ClearPasscode', mac, 'macOS does not know ClearPasscode.'],
  [
    'EraseDevice',
    { ...mac, os: null, channel: 'user' },
    'EraseDevice is for the device, not for one of its users.',
  ],
  [
    'CertificateList',
    { ...iPad, channel: 'user' },
    'On iPadOS CertificateList is for the device, not for one of its users.',
  ],
  ['ProfileList', { ...iPad, channel: 'user' }, undefined],
  ['EraseDevice', { ...mac, os: null }, undefined],
])('%s for %j: %s', (requestType, target, expected) => {
  expect(whatForbids(findCommand(requestType)!, target)).toBe(expected);
});

test.each<[string, JsonObject, CommandTarget, string | undefined]>([
  ['DeviceLock', {}, mac, 'PIN'],
  ['DeviceLock', { PIN: '123456' }, mac, undefined],
  ['DeviceLock', {}, iPad, undefined],
  ['EraseDevice', {}, mac, 'PIN'],
  ['EraseDevice', {}, { ...mac, os: null }, undefined],
  ['RestartDevice', {}, mac, undefined],
])('%s %j for %j lacks %s', (requestType, given, target, expected) => {
  expect(missingArgument(findCommand(requestType)!, given, target)).toBe(expected);
});

test('any property list is shown as JSON', () => {
  const value = { A: [1, -0, 2n ** 63n, Number.NaN, true, new Date(0), octets('x')], B: { C: 'text' } };
  expect(jsonOfPlist(value)).toEqual({
    A: [1, 0, '9223372036854775808', 'NaN', true, '1970-01-01T00:00:00.000Z', base64('x')],
    B: { C: 'text' },
  });
});
