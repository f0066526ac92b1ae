import { Type, type Static } from 'typebox';
import { pageOfCommands, type DeviceCommand } from '../../../devices/commands/index.ts';
import { deviceKey, deviceNotFound, lockDevice } from '../../../devices/index.ts';
import { giveCommand } from '../../../devices/management/index.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, PageOf, pageOf, PageQuery, readPage } from '../shapes.ts';
import { AppleDevicePath } from './apple-devices.ts';
import { commandProperties, commandPropertiesOf } from './command-shape.ts';

const CommandAnswer = Type.Object({ ...commandProperties, admDevice: HexId('Apple device') });

function answerOf(organization: Organization, command: DeviceCommand): Static<typeof CommandAnswer> {
  return { ...commandPropertiesOf(organization, command), admDevice: hex(command.deviceId) };
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
      const device = await gathered.device({ organizationId: organization.id, platform: 'apple', key });
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
    handle: ({ path, body, change, ifMatch, commandMakers }) =>
      change(async (context) => {
        const { organization } = context.scope;
        const device = await lockDevice(context, 'apple', deviceKey(path.admDeviceId), ifMatch);
        const command = commandMakers(organization).apple.ofRaw(device, body);
        return { data: answerOf(organization, await giveCommand(context, device, command)) };
      }),
  }),
];
