import type { FastifyInstance } from 'fastify';
import { faultHandler } from '../../http/index.ts';
import type { FaultCode } from '../../kernel/fault.ts';
import { enrollRoutes } from './enroll/routes.ts';
import { scepRoutes } from './scep/routes.ts';
import type { AppleOptions } from './options.ts';

/** 401 is none of them: a device that gets it leaves the management. */
const statuses = {
  invalidInput: 400,
  malformedBody: 400,
  unsupportedMediaType: 415,
  payloadTooLarge: 413,
  tokenMissing: 400,
  tokenMalformed: 400,
  tokenInvalid: 400,
  tokenExpired: 400,
  tokenWrongAudience: 400,
  forbidden: 403,
  featureNotInPlan: 403,
  notFound: 404,
  routeNotFound: 404,
  methodNotAllowed: 405,
  alreadyExists: 409,
  inUse: 409,
  outdated: 409,
  preconditionFailed: 412,
  tooManyRequests: 429,
  unavailable: 503,
} as const satisfies Record<FaultCode, number>;

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
        .code(fault ? statuses[fault.code] : 500)
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(`${fault?.message ?? 'The server made a mistake; its log tells more.'}\n`),
    ),
  );
  await server.register(enrollRoutes, options);
  await server.register(scepRoutes, options);
}
