import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseOtherMethods } from '../../../http/index.ts';
import { change } from '../../../tenancy/index.ts';
import { readReport } from '../commands/wire/report.ts';
import { certificateOf } from '../device-certificate.ts';
import type { AppleOptions } from '../options.ts';
import { bodyOf, organizationIdOf, largestReport, scopeOf, type OrganizationPath } from '../request.ts';
import { answerCall } from './answer-call.ts';
import { idleReader } from './idle.ts';

/** Tells a device that it is not managed any more; the newer systems then leave by themselves. */
const unrecognized = {
  code: 'com.apple.unrecognized.device',
  description: 'The server does not manage this device any more.',
};

/** Where a device asks what to do, and reports what became of it. */
export async function connectRoutes(server: FastifyInstance, options: AppleOptions): Promise<void> {
  const { services, sources, contents } = options;
  const hasNothingToDo = idleReader(services.database, services.clock);
  const url = '/mdm/apple/connect/:organization';
  server.route({
    method: ['PUT', 'POST'],
    url,
    bodyLimit: largestReport,
    schema: { hide: true },
    async handler(request: FastifyRequest<OrganizationPath>, reply) {
      const body = bodyOf(request);
      const fingerprint = certificateOf(sources, request, body);
      const report = readReport(body);
      reply.header('cache-control', 'no-store');
      if (report.status === 'Idle') {
        const organizationId = organizationIdOf(request);
        const call = { organizationId, channel: report.identity.id, fingerprint };
        if (await hasNothingToDo(call)) return reply.header('content-length', 0).send('');
      }
      const scope = await scopeOf(services.database, request);
      const warn = request.log.warn.bind(request.log);
      const answer = await change(services, scope, (context) =>
        answerCall({ sources: options, contents, warn }, context, report, fingerprint),
      );
      switch (answer.kind) {
        case 'nothing':
          return reply.header('content-length', 0).send('');
        case 'command':
          return reply.type('application/xml').send(Buffer.from(answer.bytes));
        case 'unrecognized':
          return reply.code(403).type('application/json').send(JSON.stringify(unrecognized));
      }
    },
  });
  refuseOtherMethods(server, url, ['PUT', 'POST']);
}
