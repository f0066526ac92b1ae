import { factText, knownFacts, longestDeviceName, type ReportedFacts } from '../../../devices/index.ts';
import type { InventoryNode } from './item.ts';
import { modems, networkAdapters, wireless } from './network.ts';
import { securityStatus } from './security.ts';
import { maker, status, system } from './system.ts';
import { childrenOf, type ToldNodes } from './told-nodes.ts';

/** What a PC told in the words of all platforms. */
export function readDeviceFacts(told: ToldNodes): ReportedFacts {
  const text = (node: InventoryNode, longest?: number) => factText(told.get(node.locUri), longest);
  const osVersion = text(system.softwareVersion);
  const edition = editions.get(text(status.edition) ?? '');
  return knownFacts({
    name: text(system.dnsComputerName, longestDeviceName) ?? text(system.deviceName, longestDeviceName),
    // Whatever tells anything by this protocol is a PC.
    os: 'Windows',
    osVersion,
    osVersionName: osVersion === undefined ? undefined : nameOfVersion(osVersion, edition),
    battery: batteryOf(text(status.batteryCharge)),
    serialNumber: serialNumberOf(text(system.serialNumber)),
    imei: childrenOf(modems, told).find((name) => /^\d{14,16}$/.test(name)),
    details: knownFacts({
      build: osVersion?.split('.').slice(2).join('.') || undefined,
      edition,
      manufacturer: text(maker.manufacturer) ?? text(system.oem),
      model: text(maker.model),
      productName: text(system.systemSku),
      wifiMac: macOf(text(wireless.wlanMac)) ?? adapterMac(told, wirelessType),
      ethernetMac: adapterMac(told, wiredType),
      totalStorage: octetsOf(text(system.totalStorage)),
      freeStorage: octetsOf(text(system.freeStorage)),
      totalMemory: octetsOf(text(system.totalRam)),
      phoneNumber: phoneNumberOf(told),
      encrypted: oneOf(text(securityStatus.encryption), { '1': true, '0': false, true: true, false: false }),
      secureBoot: oneOf(text(securityStatus.secureBoot), { '1': true, '2': false }),
      tpmVersion: text(securityStatus.tpmVersion),
    }),
  });
}

/** By the number of the edition. https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getproductinfo */
const editions: ReadonlyMap<string, string> = new Map([
  ['4', 'Enterprise'],
  ['27', 'Enterprise N'],
  ['48', 'Pro'],
  ['49', 'Pro N'],
  ['72', 'Enterprise Evaluation'],
  ['98', 'Home N'],
  ['100', 'Home Single Language'],
  ['101', 'Home'],
  ['121', 'Education'],
  ['122', 'Education N'],
  ['125', 'Enterprise LTSC'],
  ['126', 'Enterprise N LTSC'],
  ['161', 'Pro for Workstations'],
  ['162', 'Pro N for Workstations'],
  ['164', 'Pro Education'],
  ['175', 'Enterprise multi-session'],
  ['188', 'IoT Enterprise'],
  ['191', 'IoT Enterprise LTSC'],
  ['203', 'SE'],
]);

/** From this build on it is Windows 11, which still calls itself 10.0. */
const firstOfWindows11 = 22_000;

/** `10.0.26200.9278` as people call it. */
function nameOfVersion(version: string, edition: string | undefined): string | undefined {
  const [major, , build] = version.split('.');
  if (major !== '10') return undefined;
  const name = Number(build) >= firstOfWindows11 ? 'Windows 11' : 'Windows 10';
  return edition === undefined ? name : `${name} ${edition}`;
}

/** Makers of boards write it where there is none. */
const noSerialNumber =
  /^(?:0+|none|default string|not specified|n\/a|system serial number|to be filled by o\.?e\.?m\.?)$/i;

function serialNumberOf(value: string | undefined): string | undefined {
  return value === undefined || noSerialNumber.test(value) ? undefined : value;
}

/** Percent; -1 on mains, and where it is not known. */
function batteryOf(value: string | undefined): string | undefined {
  const charge = numberOf(value);
  return charge !== undefined && charge <= 100 ? `${charge}%` : undefined;
}

/** Windows tells megabytes. */
function octetsOf(value: string | undefined): number | undefined {
  const octets = (numberOf(value) ?? -1) * 2 ** 20;
  return octets >= 0 && Number.isSafeInteger(octets) ? octets : undefined;
}

function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

const wiredType = '1';
const wirelessType = '2';

/** Of the adapter of this type that is connected, else of the first. */
function adapterMac(told: ToldNodes, type: string): string | undefined {
  const property = (adapter: string, name: string) =>
    told.get(`${networkAdapters.locUri}/${adapter}/${name}`);
  const adapters = childrenOf(networkAdapters, told).filter((adapter) => property(adapter, 'Type') === type);
  const connected = adapters.find((adapter) => /^(?:true|1)$/i.test(property(adapter, 'IsConnected') ?? ''));
  return macOf(connected ?? adapters[0]);
}

/** In the one spelling that all platforms have here. */
function macOf(value: string | undefined): string | undefined {
  const digits = decoded(value)
    ?.replaceAll(/[:\-. ]/g, '')
    .toLowerCase();
  if (digits === undefined || !/^[0-9a-f]{12}$/.test(digits) || /^0+$/.test(digits)) return undefined;
  return digits.match(/../g)!.join(':');
}

function decoded(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function phoneNumberOf(told: ToldNodes): string | undefined {
  const numbers = childrenOf(modems, told).map((modem) => told.get(`${modems.locUri}/${modem}/PhoneNumber`));
  return numbers.map((number) => factText(number)).find((number) => number !== undefined);
}

function oneOf<Meaning>(
  value: string | undefined,
  meanings: Readonly<Record<string, Meaning>>,
): Meaning | undefined {
  return value !== undefined && Object.hasOwn(meanings, value) ? meanings[value] : undefined;
}
