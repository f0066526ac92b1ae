import { Type, type Static } from 'typebox';
import {
  commandStates,
  listCommands,
  requireCommand,
  type DeviceCommand,
} from '../../../devices/commands/index.ts';
import { deviceKey, lockDevice } from '../../../devices/index.ts';
import { giveCommand, syncDevice } from '../../../devices/management/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idInPath, ListOf, Nullable, pageById, PageQuery, Timestamp } from '../shapes.ts';
import { GivenCommand, readGivenCommand } from './given-command.ts';
import { DevicePath, requireDevice } from './named-device.ts';

const tag = 'Devices';
const readPermission = ['windows.device.read', 'apple.device.read'] as const;

const CommandShape = Type.Object({
  id: Guid('Id'),
  type: Type.String({ description: 'What the platform calls it, such as `RestartDevice`' }),
  state: Type.Enum([...commandStates], {
    description:
      '`queued` until the device calls, `sent` until it answers; `notNow` while it says that it cannot do it yet, and will ask for it again by itself',
  }),
  requestedBy: Type.String({ description: 'Who gave it' }),
  createdAt: Timestamp('When it was given'),
  sentAt: Nullable(Timestamp('When the device got it last')),
  notNow: Nullable(
    Type.Object({
      since: Timestamp('Since when the device puts it off'),
      count: Type.Integer({ description: 'How often it did' }),
    }),
  ),
  finishedAt: Nullable(Timestamp('When it ended, one way or another')),
  answer: Nullable(
    Type.Record(Type.String(), Type.Unknown(), {
      description: "The device's answer, in its platform's words",
    }),
  ),
  error: Nullable(Type.String({ description: 'Why it was not done, for people' })),
});

const CommandPath = Type.Object({ ...DevicePath.properties, command: AnyId('Id of the command') });

function shown(command: DeviceCommand): Static<typeof CommandShape> {
  const { notNow } = command;
  return {
    id: command.id,
    type: command.type,
    state: command.state,
    requestedBy: command.requestedBy,
    createdAt: command.createdAt.toISOString(),
    sentAt: command.sentAt?.toISOString() ?? null,
    notNow: notNow && { since: notNow.since.toISOString(), count: notNow.count },
    finishedAt: command.finishedAt?.toISOString() ?? null,
    answer: command.answer,
    error: command.error,
  };
}

export const deviceCommandEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listDeviceCommands',
    method: 'GET',
    url: '/devices/{device}/commands',
    tag,
    summary: 'List the commands that were given to a device, newest first',
    permission: readPermission,
    path: DevicePath,
    query: PageQuery,
    data: ListOf(CommandShape),
    handle: async ({ path, query, read }) => {
      const { id } = await requireDevice(read, path.device);
      const { items, next } = await pageById(query, (part) => listCommands(read, id, part));
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'getDeviceCommand',
    method: 'GET',
    url: '/devices/{device}/commands/{command}',
    tag,
    summary: 'Get a command, with what became of it',
    permission: readPermission,
    path: CommandPath,
    data: CommandShape,
    handle: async ({ path, read }) => {
      const { id } = await requireDevice(read, path.device);
      return { data: shown(await requireCommand(read, id, idInPath(path.command, 'Command'))) };
    },
  }),
  endpoint({
    name: 'createDeviceCommand',
    method: 'POST',
    url: '/devices/{device}/commands',
    tag,
    summary: 'Give a command to a device',
    description:
      'Either an `action` or a `command`. It is sent when the device calls; an Apple device is woken for it, a Windows device calls by itself. `sync` answers nothing: it is no command, and what it brings is in the inventory.',
    permission: ['windows.device.command', 'apple.device.command'],
    path: DevicePath,
    body: GivenCommand,
    data: Type.Union([CommandShape, Type.Undefined()]),
    handle: async ({ path, body, read, change, commandMakers }) => {
      const wanted = readGivenCommand(body);
      const device = await requireDevice(read, path.device);
      if (wanted === 'sync') {
        await change((context) => syncDevice(context, device));
        return { data: undefined };
      }
      const maker = commandMakers(read.scope.organization)[device.platform];
      const given = await change(async (context) => {
        const locked = await lockDevice(context, device.platform, deviceKey(hexOfId(device.id)));
        return giveCommand(context, locked, wanted(locked, maker));
      });
      return { created: given.id, data: shown(given) };
    },
  }),
];
