import { Type, type Static } from 'typebox';
import type { ApplicationAction, DeviceAction } from '../../../devices/commands/index.ts';
import { pageOfCommands, type DeviceCommand } from '../../../devices/commands/index.ts';
import { deviceKey, deviceNotFound, lockDevice } from '../../../devices/index.ts';
import { askForInfo, giveCommand } from '../../../devices/management/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { withPolicies } from '../../../policies/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, idOf, PageOf, pageOf, PageQuery, readPage } from '../shapes.ts';
import { commandProperties, commandPropertiesOf } from './command-shape.ts';
import { WindowsDevicePath } from './windows-device-path.ts';
import { WindowsDeviceAnswer, windowsDeviceAnswerOf } from './windows-device-shape.ts';

const CommandAnswer = Type.Object({ ...commandProperties, winDevice: HexId('Windows device') });

function answerOf(organization: Organization, command: DeviceCommand): Static<typeof CommandAnswer> {
  return { ...commandPropertiesOf(organization, command), winDevice: hex(command.deviceId) };
}

const RawCommand = Type.Object({
  config: Type.Object({
    path: Type.String({ minLength: 1, maxLength: 500, description: 'Path of the node' }),
    action: Type.Enum(['Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace'], {
      description: 'Copy is refused: Windows does not know it',
    }),
    value: Type.Optional(Type.String({ maxLength: 500 })),
    format: Type.Optional(
      Type.Enum(['b64', 'bin', 'bool', 'chr', 'int', 'node', 'null', 'xml', 'date', 'time', 'float'], {
        description: 'Of the value; chr where nothing is said',
      }),
    ),
  }),
});

const Action = Type.Object({
  entity: Type.Enum(['command', 'application']),
  action: Type.String({
    maxLength: 64,
    description: 'Of a command wipe or reboot, of an application install or uninstall',
  }),
  id: Type.Optional(HexId('Application')),
  type: Type.Optional(
    Type.Enum(['default', 'protected'], {
      description: 'Of wipe: protected cleans the whole drive; the device may not start any more',
    }),
  ),
});

const device = '/mdm/windows/enterprise/devices/{winDeviceId}';
const tag = 'Windows commands';
const permission = 'windows.device.command';
const calls = 'The device gets it when it calls, which it does by itself.';

/** https://docs.applivery.com/en/api/ > Windows > Windows Devices */
export const windowsCommandsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: `${device}/commands`,
    summary: 'List the commands that were given to a Windows device',
    description: 'Newest first, unless sort says otherwise. Commands that were given together are one item.',
    tag,
    permission: 'windows.device.read',
    path: WindowsDevicePath,
    query: PageQuery,
    data: PageOf(CommandAnswer),
    async handle({ path, query, gathered, read }) {
      const page = readPage({ ...query, sort: query.sort ?? 'createdAt:desc' }, ['createdAt', 'state']);
      const { organization } = read.scope;
      const key = deviceKey(path.winDeviceId);
      const found = await gathered.device({ organizationId: organization.id, platform: 'windows', key });
      if (!found) throw deviceNotFound('windows', key);
      const { items, total } = await pageOfCommands(read, found.id, page);
      const answers = items.map((command) => answerOf(organization, command));
      return { data: pageOf(answers, total, page) };
    },
  }),
  endpoint({
    method: 'POST',
    url: `${device}/commands`,
    summary: 'Give raw commands to a Windows device',
    description: `OMA-DM commands, which are sent together, in their order. ${calls} What would end the management, or cut the device off, is refused: delete the device instead.`,
    tag,
    permission,
    path: WindowsDevicePath,
    body: Type.Object({ commands: Type.Array(RawCommand, { minItems: 1, maxItems: 100 }) }),
    data: CommandAnswer,
    handle: ({ path, body: { commands }, change, ifMatch, commandMakers }) =>
      change(async (context) => {
        const { organization } = context.scope;
        const locked = await lockDevice(context, 'windows', deviceKey(path.winDeviceId), ifMatch);
        const given: JsonObject = { commands: commands.map(({ config }) => ({ config: { ...config } })) };
        const command = commandMakers(organization).windows.ofRaw(locked, given);
        return { data: answerOf(organization, await giveCommand(context, locked, command)) };
      }),
  }),
  endpoint({
    method: 'POST',
    url: `${device}/action`,
    summary: 'Have something done to a Windows device',
    description: calls,
    tag,
    permission,
    path: WindowsDevicePath,
    body: Action,
    data: CommandAnswer,
    handle: ({ path, body, change, ifMatch, commandMakers }) =>
      change(async (context) => {
        const { organization } = context.scope;
        const locked = await lockDevice(context, 'windows', deviceKey(path.winDeviceId), ifMatch);
        const { windows: maker } = commandMakers(organization);
        const wanted = readAction(body);
        const command =
          'kind' in wanted ? maker.ofAction(locked, wanted) : await maker.ofApplication(context, wanted);
        return { data: answerOf(organization, await giveCommand(context, locked, command)) };
      }),
  }),
  endpoint({
    method: 'POST',
    url: `${device}/info`,
    summary: 'Have a Windows device report again',
    description:
      'The device tells these parts of its inventory when it calls, which it does by itself; until then they are in `refreshInfoNeeded`.',
    tag,
    permission,
    path: WindowsDevicePath,
    body: Type.Object({
      info: Type.Array(Type.Enum(['hardware', 'applications', 'certificates']), {
        minItems: 1,
        maxItems: 16,
        description: 'What it shall report',
      }),
    }),
    data: WindowsDeviceAnswer,
    handle: ({ path, body: { info }, change, ifMatch }) =>
      change(async (context) => {
        const key = deviceKey(path.winDeviceId);
        await askForInfo(context, await lockDevice(context, 'windows', key, ifMatch), info);
        const [managed] = await withPolicies(context, [await lockDevice(context, 'windows', key)]);
        const { revision } = managed!.device;
        return { data: windowsDeviceAnswerOf(context.scope.organization, managed!), revision };
      }),
  }),
];

/** Faults: `invalidInput`. */
function readAction({ entity, action, id, type }: Static<typeof Action>): DeviceAction | ApplicationAction {
  if (entity === 'application') {
    // The vendor's own sample has a type, which says nothing of an application.
    if (action !== 'install' && action !== 'uninstall')
      throw wrong('action', "must be 'install' or 'uninstall'");
    if (id === undefined) throw wrong('id', 'is required');
    return { id: idOf(id, 'Application'), action };
  }
  if (action !== 'wipe' && action !== 'reboot') throw wrong('action', "must be 'wipe' or 'reboot'");
  if (id !== undefined) throw wrong('id', `does not belong to '${action}'`);
  if (action === 'wipe') return { kind: 'wipe', ...(type === 'protected' && { isProtected: true }) };
  if (type !== undefined) throw wrong('type', "does not belong to 'reboot'");
  return { kind: 'restart' };
}

function wrong(path: string, message: string) {
  return invalidInput([{ path, message }]);
}
