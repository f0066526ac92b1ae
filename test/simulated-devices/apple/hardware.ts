import { makeUuid } from '../uuid.ts';

type DeviceKind = 'mac' | 'iphone' | 'ipad';

/** What a device is, whoever manages it. */
export interface Hardware {
  readonly kind: DeviceKind;
  readonly udid: string;
  readonly serialNumber: string;
  readonly name: string;
  /** Such as `Mac15,12`; what the protocol calls `ProductName`. */
  readonly product: string;
  /** Such as `MacBook Air`. */
  readonly modelName: string;
  /** Such as `MRXV3LL/A`. */
  readonly modelNumber: string;
  readonly osVersion: string;
  readonly buildVersion: string;
  readonly isSupervised: boolean;
  readonly imei: string | undefined;
  readonly wifiMac: string;
}

const models = {
  mac: {
    product: 'Mac15,12',
    modelName: 'MacBook Air',
    modelNumber: 'MRXV3LL/A',
    osVersion: '15.1',
    buildVersion: '24B83',
  },
  iphone: {
    product: 'iPhone16,1',
    modelName: 'iPhone',
    modelNumber: 'MTUW3LL/A',
    osVersion: '18.1',
    buildVersion: '22B83',
  },
  ipad: {
    product: 'iPad14,8',
    modelName: 'iPad',
    modelNumber: 'MUXE3LL/A',
    osVersion: '18.1',
    buildVersion: '22B83',
  },
} as const;

export const familyOf = { mac: 'Mac', iphone: 'iPhone', ipad: 'iPad' } as const;
export const osNameOf = { mac: 'macOS', iphone: 'iOS', ipad: 'iPadOS' } as const;

export type GivenHardware = Partial<Hardware> & Pick<Hardware, 'kind'>;

/** A device of this kind: what is not given is made up. */
export function makeHardware(given: GivenHardware, random: (size: number) => Buffer): Hardware {
  const serialNumber = given.serialNumber ?? makeSerialNumber(random);
  return {
    ...models[given.kind],
    udid: given.kind === 'mac' ? makeUuid(random) : `00008120-${hex(random(8))}`,
    serialNumber,
    name: `${familyOf[given.kind]} ${serialNumber}`,
    isSupervised: true,
    imei: given.kind === 'iphone' ? makeImei(random) : undefined,
    wifiMac: macAddress(random),
    ...given,
  };
}

function makeSerialNumber(random: (size: number) => Buffer): string {
  const letters = '0123456789CDFGHJKLMNPQRTVWXY';
  return `S${[...random(11)].map((octet) => letters[octet % letters.length]).join('')}`;
}

function makeImei(random: (size: number) => Buffer): string {
  const digits = `35${[...random(12)].map((octet) => octet % 10).join('')}`;
  const sum = Array.from(digits).reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

function macAddress(random: (size: number) => Buffer): string {
  return ['F0', 'B3', 'EC', ...[...random(3)].map((octet) => hex(Buffer.of(octet)))].join(':').toLowerCase();
}

function hex(octets: Buffer): string {
  return octets.toString('hex').toUpperCase();
}
