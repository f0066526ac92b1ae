import { Type, type Static } from 'typebox';
import { giveCommand } from '../../../devices/apple-channels/index.ts';
import { pageOfCommands, type DeviceCommand } from '../../../devices/commands/index.ts';
import { deviceKey, deviceNotFound, lockDevice } from '../../../devices/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, PageOf, pageOf, PageQuery, readPage, Timestamp } from '../shapes.ts';
import { AppleDevicePath } from './apple-devices.ts';

/** How far a command is, in the vendor's way of writing states. */
const states = {
  queued: 'QUEUED',
  sent: 'SENT',
  notNow: 'NOT_NOW',
  acknowledged: 'ACKNOWLEDGED',
  error: 'ERROR',
  formatError: 'FORMAT_ERROR',
  canceled: 'CANCELED',
} as const satisfies Record<DeviceCommand['state'], string>;

const CommandAnswer = Type.Object({
  id: HexId('Command'),
  organizationId: HexId('Organization'),
  admDevice: HexId('Apple device'),
  name: Type.String({ maxLength: 500, description: "Apple's name of the command: its RequestType" }),
  state: Type.Enum(Object.values(states), {
    description:
      'QUEUED until the device calls, SENT until it answers; NOT_NOW while it says that it cannot do it yet, and will ask for it again by itself',
  }),
  requestedBy: Type.String({ description: 'Who gave it' }),
  answer: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: "What the device answered, in Apple's words" }),
  ),
  error: Type.Optional(Type.String({ description: 'Why it was not done, for people' })),
  notNowSince: Type.Optional(Timestamp('Since when the device puts it off')),
  sentAt: Type.Optional(Timestamp('When the device got it last')),
  finishedAt: Type.Optional(Timestamp('When it ended, one way or another')),
  createdAt: Timestamp('When it was given'),
});

function answerOf({ id }: Organization, command: DeviceCommand): Static<typeof CommandAnswer> {
  const { notNow, sentAt, finishedAt, answer, error } = command;
  return {
    id: hex(command.id),
    organizationId: hex(id),
    admDevice: hex(command.deviceId),
    name: command.type,
    state: states[command.state],
    requestedBy: command.requestedBy,
    ...(answer && { answer }),
    ...(error !== null && { error }),
    ...(notNow && { notNowSince: notNow.since.toISOString() }),
    ...(sentAt && { sentAt: sentAt.toISOString() }),
    ...(finishedAt && { finishedAt: finishedAt.toISOString() }),
    createdAt: command.createdAt.toISOString(),
  };
}

const url = '/mdm/apple/enterprise/commands/device/{admDeviceId}';
const tag = 'Apple commands';

export const appleCommandsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url,
    summary: 'List the commands that were given to an Apple device',
    description:
      'Newest first, unless sort says otherwise. What was said with a command, such as a PIN, is not told.',
    tag,
    permission: 'apple.device.read',
    path: AppleDevicePath,
    query: PageQuery,
    data: PageOf(CommandAnswer),
    async handle({ path, query, gathered, read }) {
      const page = readPage({ ...query, sort: query.sort ?? 'createdAt:desc' }, ['createdAt', 'state']);
      const { organization } = read.scope;
      const key = deviceKey(path.admDeviceId);
      const device = await gathered.appleDevice({ organizationId: organization.id, key });
      if (!device) throw deviceNotFound('apple', key);
      const { items, total } = await pageOfCommands(read, device.id, page);
      return {
        data: pageOf(
          items.map((command) => answerOf(organization, command)),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'POST',
    url,
    summary: 'Give a command to an Apple device',
    description:
      "The body is Apple's own command, `{RequestType, …}`, with Base64 for data, alone or as the `Command` of an object. It is sent when the device calls, and the device is woken for it. What would end the management is refused: delete the device instead.",
    tag,
    permission: 'apple.device.command',
    path: AppleDevicePath,
    body: Type.Object(
      { RequestType: Type.Optional(Type.String({ description: 'Such as RestartDevice' })) },
      { additionalProperties: Type.Unknown() },
    ),
    data: CommandAnswer,
    handle: ({ path, body, change, ifMatch, appleCommands }) =>
      change(async (context) => {
        const { organization } = context.scope;
        const device = await lockDevice(context, 'apple', deviceKey(path.admDeviceId), ifMatch);
        const command = appleCommands(organization).ofRaw(device, body);
        return { data: answerOf(organization, await giveCommand(context, device, command)) };
      }),
  }),
];
