import type { Static } from 'typebox';
import { factText, knownFacts, longestDeviceName, type ReportedFacts } from '../../../devices/index.ts';
import { isOlder } from '../../../kernel/version.ts';
import { macQueries, type deviceInformation } from '../commands/device-information.ts';
import type { securityInfo } from '../commands/security-info.ts';
import { osOfProduct } from '../system.ts';

/** What the parts of the inventory of an Apple device hold. */
interface Told {
  readonly device?: Partial<Static<(typeof deviceInformation)['answer']>>;
  readonly security?: Partial<Static<(typeof securityInfo)['answer']>>;
}

type Responses = NonNullable<NonNullable<Told['device']>['QueryResponses']>;

/**
 * What Apple's answers say in the words of all platforms. The device of an `Authenticate` message is told in the words of `QueryResponses`,
 * too.
 */
export function readDeviceFacts({ device = {}, security = {} }: Told): ReportedFacts {
  const { QueryResponses: told = {} } = device;
  const { SecurityInfo: safe = {} } = security;
  const os = osOf(told);
  const osVersion = factText(told.OSVersion);
  // Of each SIM. Before iOS 12 an iPhone told one alone, without a list.
  const { ServiceSubscriptions: subscriptions = [] } = told;
  const voice = subscriptions.find((one) => one.IsVoicePreferred && one.PhoneNumber);
  const withNumber = voice ?? subscriptions.find((one) => one.PhoneNumber);
  return knownFacts({
    name: factText(told.DeviceName, longestDeviceName),
    os,
    osVersion,
    osVersionName: os === 'macOS' ? macVersionNames.get(osVersion?.split('.')[0]) : undefined,
    battery: batteryOf(told),
    supervised: told.IsSupervised,
    platformId: factText(told.UDID),
    serialNumber: factText(told.SerialNumber),
    imei: digitsOf(subscriptions.find(({ IMEI }) => IMEI)?.IMEI ?? told.IMEI),
    details: knownFacts({
      udid: factText(told.UDID),
      build: factText(told.SupplementalBuildVersion) ?? factText(told.BuildVersion),
      model: factText(told.ModelName) ?? factText(told.Model),
      productName: factText(told.ProductName),
      meid: digitsOf(subscriptions.find(({ MEID }) => MEID)?.MEID ?? told.MEID),
      wifiMac: factText(told.WiFiMAC),
      ethernetMac: factText(told.EthernetMAC),
      totalStorage: octetsOf(told.DeviceCapacity, os, osVersion),
      freeStorage: octetsOf(told.AvailableDeviceCapacity, os, osVersion),
      phoneNumber: factText(withNumber?.PhoneNumber) ?? factText(told.PhoneNumber),
      carrier:
        carrierOf(subscriptions.find((one) => one.IsDataPreferred) ?? subscriptions[0]) ?? carrierOf(told),
      encrypted: isEncrypted(safe),
      passcodePresent: safe.PasscodePresent,
      passcodeCompliant: safe.PasscodeCompliant,
      activationLock: told.IsActivationLockEnabled,
    }),
  });
}

/** https://support.apple.com/109033 */
const macVersionNames: ReadonlyMap<string | undefined, string> = new Map([
  ['11', 'Big Sur'],
  ['12', 'Monterey'],
  ['13', 'Ventura'],
  ['14', 'Sonoma'],
  ['15', 'Sequoia'],
  ['26', 'Tahoe'],
]);

/** Devices do not name their system; their product tells it. Of a virtual Mac that has another name, what only Macs answer does. */
function osOf(told: Responses): string | undefined {
  for (const product of [told.ProductName, told.ModelName, told.Model]) {
    const os = product === undefined ? undefined : osOfProduct(product);
    if (os !== undefined) return os;
  }
  return macQueries.some((query) => Object.hasOwn(told, query)) ? 'macOS' : undefined;
}

/** From 0 to 1, and -1 when the device does not know it. */
function batteryOf({ BatteryLevel: level, HasBattery: hasBattery }: Responses): string | undefined {
  if (level === undefined || level < 0 || level > 1 || hasBattery === false) return undefined;
  return `${Math.round(level * 100)}%`;
}

/** Gigabytes; before macOS 12 gibibytes. */
function octetsOf(
  capacity: number | undefined,
  os: string | undefined,
  version: string | undefined,
): number | undefined {
  const isBinary = os === 'macOS' && version !== undefined && isOlder(version, '12');
  const octets = Math.round((capacity ?? -1) * (isBinary ? 2 ** 30 : 1e9));
  return octets >= 0 && Number.isSafeInteger(octets) ? octets : undefined;
}

function carrierOf(
  told: { readonly SubscriberCarrierNetwork?: string; readonly CurrentCarrierNetwork?: string } = {},
): string | undefined {
  return factText(told.SubscriberCarrierNetwork) ?? factText(told.CurrentCarrierNetwork);
}

/** FileVault on Macs. Elsewhere data are protected once there is a passcode and both blocks and files are encrypted. */
function isEncrypted({
  FDE_Enabled: fileVault,
  HardwareEncryptionCaps: capabilities,
  PasscodePresent: passcode,
}: NonNullable<NonNullable<Told['security']>['SecurityInfo']>): boolean | undefined {
  if (fileVault !== undefined) return fileVault;
  if (capabilities === undefined || passcode === undefined) return undefined;
  return capabilities === 3 && passcode;
}

/** Devices write their numbers with spaces. */
function digitsOf(value: string | undefined): string | undefined {
  return factText(value?.replaceAll(/\s/g, ''));
}
