import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseOtherMethods } from '../../../http/index.ts';
import { change } from '../../../tenancy/index.ts';
import { certificateOf } from '../device-certificate.ts';
import type { AppleOptions } from '../options.ts';
import { bodyOf, largestReport, scopeOf, type OrganizationPath } from '../request.ts';
import { answerCheckIn } from './check-in.ts';
import { readCheckIn } from './wire/messages.ts';

/** Where a device says that it enrols, how it is woken, and that it leaves; and where it asks for what it left here. */
export async function checkInRoutes(server: FastifyInstance, options: AppleOptions): Promise<void> {
  const { services, sources } = options;
  const url = '/mdm/apple/checkin/:organization';
  server.route({
    // Devices use PUT; test clients in the field use POST.
    method: ['PUT', 'POST'],
    url,
    bodyLimit: largestReport,
    schema: { hide: true },
    async handler(request: FastifyRequest<OrganizationPath>, reply) {
      const body = bodyOf(request);
      const fingerprint = certificateOf(sources, request, body);
      const message = readCheckIn(body);
      const scope = await scopeOf(services.database, request);
      const answer = await change(services, scope, (context) =>
        answerCheckIn(context, options, message, fingerprint),
      );
      reply.header('cache-control', 'no-store');
      switch (answer.kind) {
        case 'nothing':
          return reply.header('content-length', 0).send('');
        case 'plist':
          return reply.type('application/xml').send(answer.text);
        case 'json':
          return reply.type('application/json').send(Buffer.from(answer.text));
        case 'notFound':
          return reply.code(404).header('content-length', 0).send('');
        case 'declined':
          return reply.code(410).header('content-length', 0).send('');
      }
    },
  });
  refuseOtherMethods(server, url, ['PUT', 'POST']);
}
