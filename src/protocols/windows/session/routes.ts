import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { faultHandler, faultStatuses, refuseOtherMethods } from '../../../http/index.ts';
import { Fault, notFound } from '../../../kernel/fault.ts';
import { parseHexId } from '../../../kernel/id.ts';
import { change, deviceScope, organizationById } from '../../../tenancy/index.ts';
import type { WindowsOptions } from '../options.ts';
import { idleAnswers } from './idle.ts';
import { answerMessage, type SessionServices } from './session.ts';
import { shownCertificates } from './shown-certificates.ts';
import { largestMessage, readMessage } from './wire/read-message.ts';
import { worksOf } from './works.ts';

interface OrganizationPath {
  Params: { organization: string };
}

const mediaType = 'application/vnd.syncml.dm+xml; charset=utf-8';
const path = '/ManagementServer/:organization/MDM.svc';

/** Nobody reads it but who looks for a mistake. A PC that gets 401 or 403 waits for its next turn. */
function refuse(fault: Fault | undefined, reply: FastifyReply, request: FastifyRequest): FastifyReply {
  if (fault) request.log.warn({ reason: fault.message }, 'device message refused');
  const status = fault ? faultStatuses[fault.code] : 500;
  return reply
    .code(status === 401 ? 400 : status)
    .type('text/plain; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(`${fault?.message ?? 'The server made a mistake; its log tells more.'}\n`);
}

/** Where PCs hold their management sessions. https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/ */
export async function sessionRoutes(server: FastifyInstance, settings: WindowsOptions): Promise<void> {
  const { services, publicUrl } = settings;
  const { database, randomBytes } = services;
  const decoyKey = randomBytes(32);
  const works = worksOf();
  const answerIdle = idleAnswers(database, services.clock);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestMessage }, (_request, body, done) =>
    done(null, body),
  );
  server.setErrorHandler(faultHandler(refuse));
  server.route({
    method: 'POST',
    url: path,
    bodyLimit: largestMessage,
    schema: { hide: true },
    async handler(request: FastifyRequest<OrganizationPath>, reply) {
      const body = bodyOf(request);
      const certificates = shownCertificates(settings, request, body);
      const message = readMessage(body);
      const { organization: hex } = request.params;
      const url = `${publicUrl}/ManagementServer/${hex}/MDM.svc`;
      const id = parseHexId(hex);
      const idle = id && (await answerIdle({ organizationId: id, certificates, message, body, url }));
      if (idle) return reply.type(mediaType).header('cache-control', 'no-store').send(idle);
      const organization = id && (await organizationById(database, id));
      if (!organization) throw notFound('Organization', hex);
      const own: SessionServices = { settings, works, url };
      const { bytes, refused } = await change(services, deviceScope(organization, request.id), (context) =>
        answerMessage(own, context, { certificates, decoyKey, message, body }),
      );
      if (refused !== undefined) request.log.warn({ reason: refused }, 'device message refused');
      return reply.type(mediaType).header('cache-control', 'no-store').send(bytes);
    },
  });
  refuseOtherMethods(server, path, ['POST']);
}

/** Faults: `malformedBody`, `unsupportedMediaType`. */
function bodyOf({ body, headers }: { readonly body: unknown; readonly headers: FastifyRequest['headers'] }) {
  if (/wbxml/i.test(headers['content-type'] ?? '')) {
    throw new Fault('unsupportedMediaType', 'SyncML is read as XML, not as WBXML.');
  }
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  throw new Fault('malformedBody', 'The request has no message.');
}
