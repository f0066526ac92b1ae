import {
  giveCommand,
  requireEnrolled,
  retireAppleDevice,
  syncDevice,
} from '../../../devices/apple-channels/index.ts';
import { newPin, type DeviceAction } from '../../../devices/commands/index.ts';
import type { Device } from '../../../devices/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { readNoParameters } from '../payload/read.ts';
import { parseQuery } from '../query/query.ts';
import { bothVersions, castType, idOfKey, type GraphRoute, type RouteRequest } from '../route.ts';
import { lockManagedDevice, managedDeviceNoun, managedDevicesPath } from './managed-device.ts';
import { managedDeviceType } from './managed-device-query.ts';
import { readWipe } from './wipe-parameters.ts';

/**
 * What administrators have done to a device. The device hears of it when it calls, which it is woken for.
 *
 * @see https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice#methods
 */
export const managedDeviceActionRoutes: readonly GraphRoute[] = [
  action('syncDevice', async (context, device, request) => {
    readNoParameters(request.body);
    await requireEnrolled(context, device, 'be synchronized');
    await syncDevice(context, device);
  }),
  action('retire', async (context, device, request) => {
    readNoParameters(request.body);
    await retireAppleDevice(context, device);
  }),
  action('wipe', async (context, device, request) => {
    const { pin, keepDataPlan } = readWipe(request.version, request.body);
    await give(context, device, request, {
      kind: 'wipe',
      ...(needsPin(device) && { pin: pin ?? newPin() }),
      ...(keepDataPlan && { keepDataPlan }),
    });
  }),
  action('remoteLock', async (context, device, request) => {
    readNoParameters(request.body);
    await give(context, device, request, { kind: 'lock', ...(needsPin(device) && { pin: newPin() }) });
  }),
  action('rebootNow', async (context, device, request) => {
    readNoParameters(request.body);
    await give(context, device, request, { kind: 'restart' });
  }),
  action('shutDown', async (context, device, request) => {
    readNoParameters(request.body);
    await give(context, device, request, { kind: 'shutDown' });
  }),
];

function action(
  name: string,
  work: (context: WriteContext, device: Device, request: RouteRequest) => Promise<void>,
): GraphRoute {
  return {
    method: 'POST',
    template: `${managedDevicesPath}/{id}/${name}`,
    versions: bothVersions,
    flavour: 'intune',
    permission: 'apple.device.command',
    async handle(request) {
      const { model, search, match, ifMatch } = request;
      const type = castType(request, managedDeviceType);
      parseQuery({ model, type, options: ['format'], maxTop: 0, expandable: [] }, search);
      const id = idOfKey(match, 0, managedDeviceNoun);
      await request.change(async (context) => {
        const device = await lockManagedDevice(context, id, `given '${name}'`, ifMatch);
        await work(context, device, request);
      });
      return { status: 204 };
    },
  };
}

async function give(
  context: WriteContext,
  device: Device,
  { appleCommands }: RouteRequest,
  wanted: DeviceAction,
): Promise<void> {
  await giveCommand(context, device, appleCommands.ofAction(device, wanted));
}

/** A Mac; so may be what has not told yet what it is. Others pass over a PIN. */
function needsPin({ summary: { os } }: Device): boolean {
  return os === undefined || os === 'macOS';
}
