import { Type, type TSchema } from 'typebox';
import { isOlder } from '../../../kernel/version.ts';
import type { AppleSystem } from '../system.ts';
import { appleCommand } from './command.ts';
import { Arguments, Moment, Told } from './shape.ts';

/** What can be asked, with the type of the answer and the version from which each system knows it. */
interface Query<Schema extends TSchema = TSchema> {
  readonly answer: Schema;
  readonly since: Readonly<Partial<Record<AppleSystem, string>>>;
}

const on = <Schema extends TSchema>(answer: Schema, since: Query['since']): Query<Schema> => ({
  answer,
  since,
});

const text = Type.String();
const flag = Type.Boolean();
const everywhere = { macOS: '10.7', iOS: '4.0', tvOS: '6.0', visionOS: '1.1', watchOS: '10.0' } as const;
const withStorage = { macOS: '10.7', iOS: '4.0', visionOS: '1.1', watchOS: '10.0' } as const;
const updated = { macOS: '13.0', iOS: '16.1', tvOS: '16.1', visionOS: '1.1', watchOS: '10.0' } as const;
const cellular = { iOS: '4.0' } as const;

const Subscription = Told({
  Slot: text,
  Label: text,
  LabelID: text,
  PhoneNumber: text,
  CurrentCarrierNetwork: text,
  SubscriberCarrierNetwork: text,
  CarrierSettingsVersion: text,
  CurrentMCC: text,
  CurrentMNC: text,
  ICCID: text,
  EID: text,
  IMEI: text,
  MEID: text,
  IsDataPreferred: flag,
  IsVoicePreferred: flag,
  IsRoaming: flag,
});

const queries = {
  UDID: on(text, everywhere),
  DeviceName: on(text, everywhere),
  OSVersion: on(text, everywhere),
  SupplementalOSVersionExtra: on(text, updated),
  BuildVersion: on(text, everywhere),
  SupplementalBuildVersion: on(text, updated),
  ModelName: on(text, everywhere),
  Model: on(text, { macOS: '10.7', iOS: '4.0', tvOS: '6.0', watchOS: '10.0' }),
  ModelNumber: on(text, { macOS: '13.3', iOS: '16.4', tvOS: '16.4', visionOS: '1.1', watchOS: '10.0' }),
  ProductName: on(text, everywhere),
  SerialNumber: on(text, everywhere),
  IsAppleSilicon: on(flag, { macOS: '12.0' }),
  DeviceCapacity: on(Type.Number(), withStorage),
  AvailableDeviceCapacity: on(Type.Number(), withStorage),
  BatteryLevel: on(Type.Number(), { macOS: '13.3', iOS: '5.0', visionOS: '1.1', watchOS: '10.0' }),
  HasBattery: on(flag, { macOS: '13.3' }),
  IsSupervised: on(flag, { macOS: '10.15', iOS: '6.0', tvOS: '9.0', visionOS: '1.1', watchOS: '10.0' }),
  IsMultiUser: on(flag, { iOS: '9.3' }),
  IsActivationLockEnabled: on(flag, { macOS: '10.15', iOS: '7.0' }),
  IsActivationLockSupported: on(flag, { macOS: '10.15' }),
  IsDeviceLocatorServiceEnabled: on(flag, { iOS: '7.0', visionOS: '1.1', watchOS: '10.0' }),
  IsMDMLostModeEnabled: on(flag, { iOS: '9.3' }),
  IsCloudBackupEnabled: on(flag, { iOS: '7.1' }),
  LastCloudBackupDate: on(Moment(), { iOS: '8.0' }),
  AwaitingConfiguration: on(flag, { macOS: '10.11', iOS: '9.0', tvOS: '10.2' }),
  HostName: on(text, { macOS: '10.11' }),
  LocalHostName: on(text, { macOS: '10.11' }),
  SystemIntegrityProtectionEnabled: on(flag, { macOS: '10.12' }),
  PINRequiredForDeviceLock: on(flag, { macOS: '11.0' }),
  PINRequiredForEraseDevice: on(flag, { macOS: '11.0' }),
  SoftwareUpdateDeviceID: on(text, { macOS: '12.0', iOS: '15.0' }),
  TimeZone: on(text, { iOS: '14.0', tvOS: '14.0' }),
  WiFiMAC: on(text, { macOS: '10.7', iOS: '4.0', tvOS: '6.0' }),
  BluetoothMAC: on(text, { macOS: '10.7', iOS: '4.0', tvOS: '6.0' }),
  EthernetMAC: on(text, { macOS: '10.7' }),
  CellularTechnology: on(Type.Integer(), { iOS: '4.2.6' }),
  ModemFirmwareVersion: on(text, cellular),
  IMEI: on(text, cellular),
  MEID: on(text, cellular),
  ICCID: on(text, cellular),
  PhoneNumber: on(text, cellular),
  CurrentCarrierNetwork: on(text, cellular),
  SubscriberCarrierNetwork: on(text, { iOS: '5.0' }),
  DataRoamingEnabled: on(flag, { iOS: '5.0' }),
  IsRoaming: on(flag, { iOS: '4.2' }),
  ServiceSubscriptions: on(Type.Array(Subscription), { iOS: '12.0' }),
} as const satisfies Record<string, Query>;

type Answers = { -readonly [Name in keyof typeof queries]: (typeof queries)[Name]['answer'] };

const answers = Object.fromEntries(
  Object.entries(queries).map(([name, { answer }]) => [name, answer]),
) as unknown as Answers;

/** Devices leave out what they do not know, what is not theirs to tell, and what somebody who owns them need not tell. */
export const deviceInformation = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/device-information-command',
  requestType: 'DeviceInformation',
  arguments: Arguments({
    Queries: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { minItems: 1, maxItems: 256 }),
  }),
  answer: Told({ QueryResponses: Told(answers) }),
  inventory: 'device',
  systems: {
    macOS: { since: '10.7', userChannel: true },
    iOS: { since: '4.0', userChannel: true, worksWhenLocked: true },
    tvOS: { since: '6.0' },
    visionOS: { since: '1.1' },
    watchOS: { since: '10.0' },
  },
  repeatable: true,
});

/** What to ask a device. Everything, while it has not told its system or version: it passes over what it does not know. */
export function deviceInformationQueries(
  system: AppleSystem | undefined,
  version: string | undefined,
): string[] {
  return Object.entries<Query>(queries)
    .filter(([, { since }]) => {
      if (system === undefined) return true;
      const first = since[system];
      return first !== undefined && (version === undefined || !isOlder(version, first));
    })
    .map(([name]) => name);
}

/** Queries that only Macs answer. */
export const macQueries: readonly string[] = Object.entries<Query>(queries)
  .filter(([, { since }]) => Object.keys(since).join() === 'macOS')
  .map(([name]) => name);
