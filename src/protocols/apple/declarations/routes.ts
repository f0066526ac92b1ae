import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { channelsOfDevices } from '../../../devices/apple-channels/index.ts';
import { devicesByIds } from '../../../devices/index.ts';
import { refuseOtherMethods } from '../../../http/index.ts';
import { notFound } from '../../../kernel/fault.ts';
import { parseHexId } from '../../../kernel/id.ts';
import { change, type WriteContext } from '../../../tenancy/index.ts';
import { toHaveBy, type DeliverySources } from '../connect/situation.ts';
import type { AppleSettings } from '../options.ts';
import { scopeOf } from '../request.ts';
import { profilePath, profileToken } from './profile-url.ts';

interface ProfilePath {
  Params: { organization: string; device: string; code: string };
}

/** Where devices fetch the profiles that are declared to them. */
export async function declaredProfileRoutes(server: FastifyInstance, settings: AppleSettings): Promise<void> {
  const { services } = settings;
  const url = `${profilePath}/:organization/:device/:code`;
  server.route({
    method: 'GET',
    url,
    schema: { hide: true },
    async handler(request: FastifyRequest<ProfilePath>, reply) {
      const scope = await scopeOf(services.database, request);
      const bytes = await change(services, scope, (context) =>
        declaredProfile(context, settings, request.params),
      );
      return reply
        .type('application/x-apple-aspen-config')
        .header('cache-control', 'no-store')
        .send(Buffer.from(bytes));
    },
  });
  refuseOtherMethods(server, url, ['GET']);
}

/** Faults: `notFound`, also for a profile that the device shall not have any more. */
async function declaredProfile(
  context: WriteContext,
  sources: DeliverySources,
  { device: hex, code }: ProfilePath['Params'],
): Promise<Uint8Array> {
  const none = notFound('Profile', code);
  const id = parseHexId(hex);
  const device = id && (await devicesByIds(context, [id])).get(id);
  const row = device && (await channelsOfDevices(context, [device.id])).get(device.id);
  if (!row || row.state !== 'enrolled') throw none;
  const channel = { id: row.id, deviceChannel: row.device_channel };
  const { declared } = await toHaveBy(context, device, channel, sources);
  const given = Buffer.from(code);
  const found = declared.find(({ profile }) => {
    if (!profile) return false;
    const expected = Buffer.from(profileToken(context, device.id, profile.hash));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  if (!found?.profile) throw none;
  return found.profile.bytes;
}
