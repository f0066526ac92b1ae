import { Type, type Static } from 'typebox';
import { giveCommand, syncDevice } from '../../../devices/apple-channels/index.ts';
import {
  commandStates,
  listCommands,
  requireCommand,
  type DeviceCommand,
} from '../../../devices/commands/index.ts';
import { deviceKey, deviceNotFound, lockDevice } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import { hexOfId } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idInPath, ListOf, Nullable, pageById, PageQuery, Timestamp } from '../shapes.ts';
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

const GivenCommand = Type.Object({
  action: Type.Optional(
    Type.Enum(['wipe', 'lock', 'restart', 'shutDown', 'sync'], {
      description: 'What the device shall do; `sync`: tell its inventory again, and fetch what it shall have',
    }),
  ),
  pin: Type.Optional(
    Type.String({
      pattern: '^[0-9]{6}$',
      description: 'Six digits that unlock a Mac after `wipe` or `lock`',
    }),
  ),
  keepDataPlan: Type.Optional(Type.Boolean({ description: 'Of `wipe`: the eSIM stays' })),
  message: Type.Optional(
    Type.String({ maxLength: 500, description: 'Of `lock`: what the lock screen says' }),
  ),
  phoneNumber: Type.Optional(
    Type.String({ maxLength: 64, description: 'Of `lock`: the number that the lock screen shows' }),
  ),
  command: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        "Instead of `action`: a command in Apple's own words, `{RequestType, …}`, with Base64 for data",
    }),
  ),
});

type Given = Static<typeof GivenCommand>;

/** What each action takes beside its name. */
const membersOf = {
  wipe: ['pin', 'keepDataPlan'],
  lock: ['pin', 'message', 'phoneNumber'],
  restart: [],
  shutDown: [],
  sync: [],
  command: [],
} as const satisfies Record<NonNullable<Given['action']> | 'command', readonly (keyof Given)[]>;

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
    summary: 'Give a command to an Apple device',
    description:
      'Either an `action` or a `command`. It is sent when the device calls, and the device is woken for it. `sync` answers nothing: it is no command, and what it brings is in the inventory.',
    permission: 'apple.device.command',
    path: DevicePath,
    body: GivenCommand,
    data: Type.Union([CommandShape, Type.Undefined()]),
    handle: async ({ path, body, read, change, appleCommands }) => {
      requireOneThing(body);
      const device = await requireDevice(read, path.device);
      if (device.platform !== 'apple') throw deviceNotFound('apple', deviceKey(path.device));
      const { action, command, ...rest } = body;
      if (action === 'sync') {
        await change((context) => syncDevice(context, device));
        return { data: undefined };
      }
      const maker = appleCommands(read.scope.organization);
      const given = await change(async (context) => {
        const locked = await lockDevice(context, 'apple', deviceKey(hexOfId(device.id)));
        const checked = command
          ? maker.ofRaw(locked, command as JsonObject)
          : maker.ofAction(locked, { kind: action!, ...rest });
        return giveCommand(context, locked, checked);
      });
      return { created: given.id, data: shown(given) };
    },
  }),
];

/** Faults: `invalidInput` for a body without an action or command, with both, or with what belongs to another action. */
function requireOneThing({ action, command, ...rest }: Given): void {
  if ((action === undefined) === (command === undefined)) {
    throw invalidInput([{ path: 'action', message: 'or `command` is required, and not both' }]);
  }
  const what = action ?? 'command';
  const allowed: readonly string[] = membersOf[what];
  const violations = Object.keys(rest)
    .filter((name) => !allowed.includes(name))
    .map((path) => ({ path, message: `does not belong to '${what}'` }));
  if (violations.length > 0) throw invalidInput(violations);
}
