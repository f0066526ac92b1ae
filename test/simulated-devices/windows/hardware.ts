import { makeUuid } from '../uuid.ts';

/** Which Windows speaks: they differ in what they send, and how. */
type WindowsForm = 'windows10' | 'windows11';

/** What a PC is, whoever manages it. */
export interface WindowsHardware {
  readonly form: WindowsForm;
  /** 32 hex digits: what the protocol calls `DeviceID`, by which the server knows it. */
  readonly deviceId: string;
  /** 64 hex digits; clones of one image share it. */
  readonly hardwareId: string;
  readonly serialNumber: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  /** Such as `10.0.26200.9278`. */
  readonly osVersion: string;
  /** The number of the edition, such as 4 for Enterprise and 48 for Pro. */
  readonly edition: number;
  readonly locale: string;
  readonly macAddresses: readonly string[];
  readonly imei: string | undefined;
  /** MB. */
  readonly ram: number;
}

export type GivenHardware = Partial<WindowsHardware> & Pick<WindowsHardware, 'form'>;

const forms = {
  windows10: { osVersion: '10.0.19043.1202', edition: 4, manufacturer: 'LENOVO', model: '20W0005UGE' },
  windows11: { osVersion: '10.0.26200.9278', edition: 48, manufacturer: 'Dell Inc.', model: 'Latitude 7450' },
} as const;

/** A PC of this form: what is not given is made up. */
export function makeHardware(given: GivenHardware, random: (size: number) => Buffer): WindowsHardware {
  const serialNumber = given.serialNumber ?? random(5).toString('hex').toUpperCase();
  return {
    ...forms[given.form],
    deviceId: makeUuid(random).replaceAll('-', ''),
    hardwareId: random(32).toString('hex').toUpperCase(),
    serialNumber,
    name: `PC-${serialNumber}`.slice(0, 15),
    locale: 'en-US',
    macAddresses: Array.from({ length: 2 }, () =>
      Buffer.concat([Buffer.of(0x3c, 0x52, 0x82), random(3)]),
    ).map((octets) =>
      octets
        .toString('hex')
        .toUpperCase()
        .replaceAll(/(..)(?!$)/g, '$1-'),
    ),
    imei: undefined,
    ram: 16_384,
    ...given,
  };
}
