import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseOtherMethods } from '../../../http/index.ts';
import { notFound } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import { readAssetPart, requireAsset } from '../../../policies/index.ts';
import { deviceScope, organizationById, type ReadContext } from '../../../tenancy/index.ts';
import type { WindowsSettings } from '../options.ts';
import { openContentToken } from './content-token.ts';
import { readRange, type Range } from './range.ts';

type ContentRequest = FastifyRequest<{ Params: { token: string } }>;

/** Files are read and sent in parts of so many octets, however slow the PC is. */
const partSize = 1024 * 1024;

/** Where PCs fetch packages, without credentials: the token in the URL is sealed and ends. Parts of a file can be asked for. */
export async function contentRoutes(
  server: FastifyInstance,
  { services: { database, secrets, clock } }: WindowsSettings,
): Promise<void> {
  const url = '/content/:token';
  server.route({
    method: ['GET', 'HEAD'],
    url,
    exposeHeadRoute: false,
    schema: { hide: true },
    async handler(request: ContentRequest, reply) {
      const { token } = request.params;
      const grant = openContentToken(secrets, token, clock());
      const organization = grant && (await organizationById(database, grant.organizationId));
      if (!organization) throw notFound('File', 'of this address');
      const read = { db: database, scope: deviceScope(organization, request.id) };
      const asset = await requireAsset(read, grant.assetId);
      const { id, size } = asset;
      const range = readRange(request.headers.range, size);
      reply
        .header('accept-ranges', 'bytes')
        .header('cache-control', 'private, no-store')
        // Whoever uploaded it said what it is: a browser must not take it for a page of this server.
        .header('content-disposition', 'attachment')
        .header('x-content-type-options', 'nosniff')
        .header('etag', `"${asset.sha256}"`);
      if (range === 'unsatisfiable') {
        return reply.code(416).header('content-range', `bytes */${size}`).send();
      }
      const { start, end } = range ?? { start: 0, end: size };
      if (range) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
      reply.type('application/octet-stream').header('content-length', end - start);
      if (request.method === 'HEAD') return reply.send();
      return reply.send(Readable.from(parts(read, id, { start, end }), { objectMode: false }));
    },
  });
  refuseOtherMethods(server, url, ['GET']);
}

async function* parts(read: ReadContext, id: Id, { start, end }: Range): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const bytes = await readAssetPart(read, id, { start: at, length: Math.min(partSize, end - at) });
    // It was removed meanwhile: the PC sees that the file is too short.
    if (bytes.length === 0) throw new Error(`The asset ${id} ends at ${at}, before ${end}.`);
    yield bytes;
    at += bytes.length;
  }
}
