import { isIP } from 'node:net';
import { Type } from 'typebox';
import { keepReport, leastSecondsBetweenReports } from '../../devices/agents/index.ts';
import { invalidInput } from '../../kernel/fault.ts';
import { lockAgentDevice } from './lock-agent-device.ts';
import { Moment, readMoment } from './moment.ts';
import { operation } from './operation.ts';
import { requireDuty } from './required-duty.ts';

const NetworkInterface = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  mac: Type.Optional(Type.String({ pattern: '^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$' })),
  addresses: Type.Array(
    Type.Object({
      address: Type.String({ maxLength: 45, description: 'IPv4 or IPv6, without a zone' }),
      prefixLength: Type.Optional(Type.Integer({ minimum: 0, maximum: 128 })),
    }),
    { maxItems: 64 },
  ),
});

export const networkStatus = operation({
  name: 'createNetworkStatus',
  method: 'POST',
  url: '/network-status',
  summary: 'Tell how the device is connected',
  description: `Only where \`agent-config\` asks for it, else 403; at most every ${leastSecondsBetweenReports} seconds, else 429 with \`Retry-After\`.`,
  body: Type.Object({
    at: Moment("When it was so, by the device's clock"),
    hostName: Type.Optional(Type.String({ maxLength: 253 })),
    interfaces: Type.Array(NetworkInterface, {
      maxItems: 64,
      description: 'Those that are up, without the loopback',
    }),
  }),
  data: Type.Object({ status: Type.Literal('recorded') }),
  async handle(call) {
    const { at: text, ...content } = call.body;
    const at = readMoment(text, 'at', call.now);
    const violations = content.interfaces.flatMap(({ addresses }, index) =>
      addresses.flatMap(({ address }, place) =>
        isIP(address) > 0 && !address.includes('%')
          ? []
          : [
              {
                path: `interfaces[${index}].addresses[${place}].address`,
                message: `'${address}' is not an IP address`,
              },
            ],
      ),
    );
    if (violations.length > 0) throw invalidInput(violations);
    await requireDuty(call, 'networkStatus');
    await call.change(async (context) => {
      const device = await lockAgentDevice(context, call.agent);
      await keepReport(context, device.id, 'networkStatus', { at, content });
    });
    return { data: { status: 'recorded' as const } };
  },
});
