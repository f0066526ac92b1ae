import { giveCommand, retireDevice, syncDevice } from '../../../devices/management/index.ts';
import type { Device } from '../../../devices/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { Permission, WriteContext } from '../../../tenancy/index.ts';
import type { GraphVersion } from '../model/document.ts';
import { readNoParameters } from '../payload/read.ts';
import { parseQuery } from '../query/query.ts';
import { refuse } from '../violation.ts';
import { bothVersions, castType, idOfKey, type GraphRoute, type RouteRequest } from '../route.ts';
import { lockManagedDevice, managedDeviceNoun, managedDevicesPath } from './managed-device.ts';
import { managedDeviceOrders } from './managed-device-orders.ts';
import { managedDeviceType } from './managed-device-query.ts';

const commanding: readonly Permission[] = ['apple.device.command', 'windows.device.command'];

/**
 * What administrators have done to a device. It hears of it when it calls; an Apple device is woken for it.
 *
 * @see https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice#methods
 */
export const managedDeviceActionRoutes: readonly GraphRoute[] = [
  action('syncDevice', bothVersions, async (context, device, request) => {
    readNoParameters(request.body);
    await syncDevice(context, device);
  }),
  action('retire', bothVersions, async (context, device, request) => {
    readNoParameters(request.body);
    await retireDevice(context, device);
  }),
  ...managedDeviceOrders.map(({ name, parameters, read, spelling = {} }) =>
    action(
      name,
      bothVersions.filter((version) => parameters[version] !== undefined),
      async (context, device, { version, body, commandMakers }) => {
        const wanted = read(version, body, device);
        const command = spelled(spelling, () => commandMakers[device.platform].ofAction(device, wanted));
        await giveCommand(context, device, command);
      },
    ),
  ),
];

/** What is refused of a property of the domain is refused of its parameter. */
function spelled<Result>(spelling: Readonly<Record<string, string>>, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const [first] = error instanceof Fault ? error.violations : [];
    const parameter = first && spelling[first.path];
    if (parameter === undefined) throw error;
    throw refuse(parameter, `The parameter '${parameter}' ${first!.message}.`);
  }
}

function action(
  name: string,
  versions: readonly GraphVersion[],
  work: (context: WriteContext, device: Device, request: RouteRequest) => Promise<void>,
): GraphRoute {
  return {
    method: 'POST',
    template: `${managedDevicesPath}/{id}/${name}`,
    versions,
    flavour: 'intune',
    permission: commanding,
    async handle(request) {
      const { model, search, match, ifMatch } = request;
      const type = castType(request, managedDeviceType);
      parseQuery({ model, type, options: ['format'], maxTop: 0, expandable: [] }, search);
      const id = idOfKey(match, 0, managedDeviceNoun);
      await request.change(async (context) => {
        const device = await lockManagedDevice(context, id, ifMatch);
        await work(context, device, request);
      });
      return { status: 204 };
    },
  };
}
