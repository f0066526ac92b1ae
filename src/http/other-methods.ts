import type { FastifyInstance, HTTPMethods } from 'fastify';
import { Fault } from '../kernel/fault.ts';

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Makes every method of a path but the served ones 405 with `Allow`, whatever is sent with it. GET serves HEAD too. */
export function refuseOtherMethods(
  server: FastifyInstance,
  url: string,
  served: readonly HTTPMethods[],
): void {
  const accepted = acceptedMethods(served);
  server.route({
    method: methods.filter((method) => !accepted.includes(method)),
    url,
    schema: { hide: true },
    // Refused before the body is looked at.
    async onRequest({ method }, reply) {
      reply.header('allow', accepted.join(', '));
      throw methodNotAllowed(method, served);
    },
    handler: async () => undefined,
  });
}

/** The fault of a method that a path does not serve; it accepts the others. */
export function methodNotAllowed(method: string, served: readonly string[]): Fault {
  const accepted = acceptedMethods(served);
  return new Fault('methodNotAllowed', `${method} is not possible here. Possible: ${accepted.join(', ')}.`, {
    accepted,
  });
}

function acceptedMethods(served: readonly string[]): string[] {
  return served.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
