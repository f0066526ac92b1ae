import type { FastifyInstance } from 'fastify';
import type { Authenticator, Caller } from '../tenancy/index.ts';
import type { AnswerOptions } from './answer-endpoint.ts';
import { sendAnswer } from './answer.ts';
import type { Api, Operation } from './api.ts';
import type { Dialect, SentQuery } from './dialect.ts';
import type { EndpointOf } from './endpoint.ts';
import { answerFaults } from './fault-handler.ts';
import { acceptForms, readForm } from './form.ts';
import { acceptJson } from './json-body.ts';
import { openApi } from './open-api.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { requireOrganization } from './require-organization.ts';

export interface ServeOptions<Given> extends AnswerOptions<Given> {
  readonly authenticator: Authenticator;
}

/** Serves an API. Everything below its prefix needs a token, and everything in an organization a token of this organization. */
export async function serve<Given, Own>(
  server: FastifyInstance,
  api: Api<Given, Own>,
  options: ServeOptions<Given>,
): Promise<void> {
  await server.register(async (scope) => serveHere(scope, api, options), { prefix: api.dialect.prefix });
}

async function serveHere<Given, Own>(
  server: FastifyInstance,
  { dialect, paths }: Api<Given, Own>,
  options: ServeOptions<Given>,
): Promise<void> {
  const { headers, bodyLimit, uploadLimit } = dialect;
  acceptJson(server, bodyLimit);
  if (uploadLimit !== undefined) await acceptForms(server, uploadLimit);
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    const caller = await options.authenticator.authenticate(request.headers.authorization);
    requireOrganization(dialect, caller, request.params as Record<string, string>);
    request.setDecorator('caller', caller);
  });
  answerFaults(server, (fault, reply, request) => {
    const { endpoint } = request.routeOptions.config as { endpoint?: EndpointOf<Given, Own> };
    return sendAnswer(reply, dialect.answerFault(fault, endpoint));
  });
  for (const { url, operations } of paths) {
    const route = url.slice(dialect.prefix.length).replaceAll(/\{(\w+)\}/g, ':$1');
    for (const operation of operations) addOperation(server, route, operation, dialect, options);
    const served = operations.map(({ endpoint }) => endpoint.method);
    refuseOtherMethods(server, route, served);
  }
}

function addOperation<Given, Own>(
  server: FastifyInstance,
  url: string,
  { endpoint, answer }: Operation<Given, Own>,
  dialect: Dialect<Given, Own>,
  options: AnswerOptions<Given>,
): void {
  const { bodyLimit, uploadLimit = bodyLimit } = dialect;
  server.route({
    method: endpoint.method,
    url,
    bodyLimit: endpoint.consumes === 'multipart' ? uploadLimit : bodyLimit,
    config: { endpoint },
    schema: openApi(endpoint, dialect),
    async handler(request, reply) {
      const answered = await answer(options, {
        url: request.url,
        params: request.params,
        query: request.query as SentQuery,
        headers: request.headers,
        body: request.body,
        readForm: () => readForm(request),
        caller: request.getDecorator<Caller>('caller'),
        requestId: request.id,
      });
      return sendAnswer(reply, answered);
    },
  });
}
