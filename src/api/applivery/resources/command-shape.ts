import { Type, type Static } from 'typebox';
import type { DeviceCommand } from '../../../devices/commands/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { hex, HexId, Timestamp } from '../shapes.ts';

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

/** What the commands of every platform tell. */
export const commandProperties = {
  id: HexId('Command'),
  organizationId: HexId('Organization'),
  name: Type.String({
    maxLength: 500,
    description:
      "What the platform calls it: Apple's RequestType, or the area of Windows nodes that it goes to; of raw commands the first, and how many more",
  }),
  state: Type.Enum(Object.values(states), {
    description:
      'QUEUED until the device calls, SENT until it answers; NOT_NOW while an Apple device says that it cannot do it yet, and will ask for it again by itself',
  }),
  requestedBy: Type.String({ description: 'Who gave it' }),
  answer: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: "What the device answered, in its platform's words",
    }),
  ),
  error: Type.Optional(Type.String({ description: 'Why it was not done, for people' })),
  notNowSince: Type.Optional(Timestamp('Since when the device puts it off')),
  sentAt: Type.Optional(Timestamp('When the device got it last')),
  finishedAt: Type.Optional(Timestamp('When it ended, one way or another')),
  createdAt: Timestamp('When it was given'),
} as const;

const Properties = Type.Object(commandProperties);

export function commandPropertiesOf({ id }: Organization, command: DeviceCommand): Static<typeof Properties> {
  const { notNow, sentAt, finishedAt, answer, error } = command;
  return {
    id: hex(command.id),
    organizationId: hex(id),
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
