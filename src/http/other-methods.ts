import type { FastifyInstance, HTTPMethods } from 'fastify';
import { Fault } from '../kernel/fault.ts';

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Makes every method of a path but the served ones 405 with `Allow`, whatever is sent with it. GET serves HEAD too. */
export function refuseOtherMethods(
  server: FastifyInstance,
  url: string,
  served: readonly HTTPMethods[],
): void {
  const accepted = served.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  server.route({
    method: methods.filter((method) => !accepted.includes(method)),
    url,
    schema: { hide: true },
    // Refused before the body is looked at.
    async onRequest({ method }, reply) {
      const allowed = accepted.join(', ');
      reply.header('allow', allowed);
      throw new Fault('methodNotAllowed', `${method} is not possible here; ${allowed} is.`, { accepted });
    },
    handler: async () => undefined,
  });
}
