import type { FastifyInstance } from 'fastify';
import { faultHandler, faultStatuses } from '../../http/index.ts';
import type { FaultCode } from '../../kernel/fault.ts';
import { enrollRoutes } from './enroll/routes.ts';
import { scepRoutes } from './scep/routes.ts';
import type { AppleOptions } from './options.ts';

/** Never 401: a device that gets it leaves the management. */
function statusOf(code: FaultCode): number {
  const status = faultStatuses[code];
  return status === 401 ? 400 : status;
}

/** No message of a device is larger. */
const bodyLimit = 64 * 1024;

/** What Apple devices talk to. They send bodies of every type, which are read as bytes. */
export async function appleRoutes(server: FastifyInstance, options: AppleOptions): Promise<void> {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
    done(null, body),
  );
  server.setErrorHandler(
    faultHandler((fault, reply) =>
      reply
        .code(fault ? statusOf(fault.code) : 500)
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(`${fault?.message ?? 'The server made a mistake; its log tells more.'}\n`),
    ),
  );
  await server.register(enrollRoutes, options);
  await server.register(scepRoutes, options);
}
