import type { FastifyInstance } from 'fastify';
import { notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { Authenticator, Caller } from '../tenancy/index.ts';
import type { Dialect } from './dialect.ts';
import { addEndpoint, type EndpointOptions } from './add-endpoint.ts';
import type { EndpointOf } from './endpoint.ts';
import { answerFaults } from './fault-handler.ts';
import { acceptForms } from './form.ts';
import { acceptJson } from './json-body.ts';
import { refuseOtherMethods } from './other-methods.ts';

export interface ServeOptions extends EndpointOptions {
  readonly authenticator: Authenticator;
}

/** Serves an API. Everything below its prefix needs a token, and everything in an organization a token of this organization. */
export async function serve<Given, Own>(
  server: FastifyInstance,
  dialect: Dialect<Given, Own>,
  options: ServeOptions,
): Promise<void> {
  await server.register(async (scope) => serveHere(scope, dialect, options), { prefix: dialect.prefix });
}

async function serveHere<Given, Own>(
  server: FastifyInstance,
  dialect: Dialect<Given, Own>,
  options: ServeOptions,
): Promise<void> {
  const { endpoints, organizations, organizationParameter, headers = {}, bodyLimit, uploadLimit } = dialect;
  acceptJson(server, bodyLimit);
  if (uploadLimit !== undefined) await acceptForms(server, uploadLimit);
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    const caller = await options.authenticator.authenticate(request.headers.authorization);
    const named = (request.params as Record<string, string>)[organizationParameter];
    if (named !== undefined) requireOrganization(caller, named, dialect.readId);
    request.setDecorator('caller', caller);
  });
  answerFaults(server, (fault, reply, request) => {
    const { endpoint } = request.routeOptions.config as { endpoint?: EndpointOf<Given, Own> };
    return dialect.sendFault(fault, reply, endpoint);
  });
  for (const [path, ofPath] of Map.groupBy(endpoints, ({ url }) => url)) {
    const url = `${organizations}/{${organizationParameter}}${path}`.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const endpoint of ofPath) addEndpoint(server, url, endpoint, dialect, options);
    const served = ofPath.map(({ method }) => method);
    refuseOtherMethods(server, url, served);
  }
}

function requireOrganization(
  { organization }: Caller,
  idOrSlug: string,
  readId: (text: string) => Id | undefined,
): void {
  if (idOrSlug.toLowerCase() === organization.slug || readId(idOrSlug) === organization.id) return;
  throw notFound('Organization', idOrSlug);
}
