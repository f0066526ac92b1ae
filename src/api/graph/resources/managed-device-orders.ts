import { newPin, type DeviceAction } from '../../../devices/commands/index.ts';
import type { Device } from '../../../devices/index.ts';
import type { GraphVersion } from '../model/document.ts';
import { readNoParameters } from '../payload/read.ts';
import { readParameters, type Parameters, type ParameterTypes } from '../payload/read-parameters.ts';
import { refusal, violation } from '../violation.ts';
import { readWipe, wipeParameters } from './wipe-parameters.ts';

/** An action of a managed device that becomes a command in the words of its platform. */
export interface ManagedDeviceOrder {
  readonly name: string;
  /** The parameters in each version that has the action. */
  readonly parameters: Readonly<Partial<Record<GraphVersion, ParameterTypes>>>;
  /** What the body of a request asks for. Faults: `invalidInput`. */
  readonly read: (version: GraphVersion, body: unknown, device: Device) => DeviceAction;
  /** The parameter that stands for a property of the action, where it has another name. */
  readonly spelling?: Readonly<Record<string, string>>;
}

const inBeta = <Types extends ParameterTypes>(types: Types) => ({ beta: types });
const inBoth = <Types extends ParameterTypes>(types: Types) => ({ 'v1.0': types, beta: types });

/** https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice#methods */
export const managedDeviceOrders: readonly ManagedDeviceOrder[] = [
  {
    name: 'wipe',
    parameters: wipeParameters,
    read: (version, body, device) => {
      const { pin, ...rest } = readWipe(version, body, device.platform);
      return { kind: 'wipe', ...rest, ...(needsPin(device) && { pin: pin ?? newPin() }) };
    },
  },
  withoutParameters('remoteLock', inBoth({}), (device) => ({
    kind: 'lock',
    ...(needsPin(device) && { pin: newPin() }),
  })),
  withoutParameters('rebootNow', inBoth({}), () => ({ kind: 'restart' })),
  withoutParameters('shutDown', inBoth({}), () => ({ kind: 'shutDown' })),
  order('windowsDefenderScan', inBoth({ quickScan: 'Edm.Boolean' }), (given) => ({
    kind: 'scanForMalware',
    quick: required(given, 'quickScan'),
  })),
  withoutParameters('windowsDefenderUpdateSignatures', inBoth({}), () => ({
    kind: 'updateMalwareSignatures',
  })),
  order('cleanWindowsDevice', inBoth({ keepUserData: 'Edm.Boolean' }), (given) => ({
    kind: 'cleanInstall',
    keepUserData: required(given, 'keepUserData'),
  })),
  {
    ...order('setDeviceName', inBeta({ deviceName: 'Edm.String' }), (given) => ({
      kind: 'rename',
      name: required(given, 'deviceName'),
    })),
    spelling: { name: 'deviceName' },
  },
  withoutParameters('rotateBitLockerKeys', inBeta({}), () => ({ kind: 'rotateRecoveryKeys' })),
  withoutParameters('rotateLocalAdminPassword', inBeta({}), () => ({ kind: 'rotateAdminPassword' })),
];

function order<const Types extends ParameterTypes>(
  name: string,
  parameters: Readonly<Partial<Record<GraphVersion, Types>>>,
  actionOf: (given: Parameters<Types>, device: Device) => DeviceAction,
): ManagedDeviceOrder {
  return {
    name,
    parameters,
    read: (version, body, device) => actionOf(readParameters(parameters[version]!, body), device),
  };
}

function withoutParameters(
  name: string,
  parameters: Readonly<Partial<Record<GraphVersion, Readonly<Record<string, never>>>>>,
  actionOf: (device: Device) => DeviceAction,
): ManagedDeviceOrder {
  return {
    name,
    parameters,
    read: (_version, body, device) => {
      readNoParameters(body);
      return actionOf(device);
    },
  };
}

function required<Given extends object, Name extends keyof Given & string>(
  given: Given,
  name: Name,
): NonNullable<Given[Name]> {
  const value = given[name];
  if (value != null) return value;
  throw refusal([violation(name, `The parameter '${name}' is required.`)]);
}

/** A Mac; so may be an Apple device that has not told yet what it is. Others pass over a PIN. */
function needsPin({ platform, summary: { os } }: Device): boolean {
  return platform === 'apple' && (os === undefined || os === 'macOS');
}
