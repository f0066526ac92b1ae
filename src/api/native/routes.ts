import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TObject } from 'typebox';
import { unavailable } from '../../database/index.ts';
import { etagOf, readIfMatch } from '../../kernel/etag.ts';
import { Fault, notFound } from '../../kernel/fault.ts';
import { faultOfHttp, readJsonBody } from '../../kernel/http.ts';
import { validator } from '../../kernel/schema.ts';
import { change, type Authenticator, type Caller } from '../../tenancy/index.ts';
import type { Endpoint, EndpointAnswer, NativeServices } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { openApi } from './open-api.ts';
import { problemOf, unexpectedProblem } from './problem.ts';
import { readId } from './shapes.ts';

interface NativeOptions {
  readonly services: NativeServices;
  readonly authenticator: Authenticator;
  /** Checks every answer against its schema and fails when it differs: for tests. */
  readonly checkAnswers: boolean;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const bodyLimit = 1024 * 1024;

/** Muster's own API under `/api/v1/organizations/{organization}`. */
export async function nativeRoutes(server: FastifyInstance, options: NativeOptions): Promise<void> {
  await server.register(async (scope) => registerAll(scope, options), { prefix: '/api' });
}

/** Answers what is thrown, and unknown paths, with problem details. */
export function answerProblems(server: FastifyInstance): void {
  server.setErrorHandler(async (error, request, reply) => answerProblem(error, request, reply));
  server.setNotFoundHandler(async ({ method, url }) => {
    throw new Fault('routeNotFound', `There is no operation at ${method} ${url.split('?')[0]}.`);
  });
}

export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = error instanceof Fault ? error : (faultOfHttp(error) ?? unavailable(error));
  if (!fault) request.log.error({ err: error }, 'unexpected error');
  const problem = fault ? problemOf(fault) : unexpectedProblem;
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

function registerAll(server: FastifyInstance, options: NativeOptions): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit },
    async (_request: FastifyRequest, body: Buffer) => readJsonBody(body),
  );
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const caller = await options.authenticator.authenticate(request.headers.authorization);
    const { organization } = request.params as { organization?: string };
    if (organization !== undefined) requireOrganization(caller, organization);
    request.setDecorator('caller', caller);
  });
  answerProblems(server);
  for (const [url, ofUrl] of Map.groupBy(endpoints, (endpoint) => routeOf(endpoint.url))) {
    for (const endpoint of ofUrl) register(server, endpoint, options);
    refuseOtherMethods(server, url, ofUrl);
  }
}

function routeOf(url: string): string {
  return `/v1/organizations/:organization${url.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

function requireOrganization({ organization }: Caller, idOrSlug: string): void {
  if (idOrSlug.toLowerCase() === organization.slug || readId(idOrSlug) === organization.id) return;
  throw notFound('Organization', idOrSlug);
}

function register(server: FastifyInstance, endpoint: Endpoint, options: NativeOptions): void {
  const { services, checkAnswers } = options;
  const path = validator(endpoint.path);
  const query = validator(closed(endpoint.query));
  const body = endpoint.body && validator(closed(endpoint.body));
  const data = validator(endpoint.data);

  server.route({
    method: endpoint.method,
    url: routeOf(endpoint.url),
    schema: openApi(endpoint),
    async handler(request, reply) {
      const caller = request.getDecorator<Caller>('caller');
      if (!caller.principal.permissions.has(endpoint.permission)) {
        throw new Fault('forbidden', `The permission ${endpoint.permission} is needed.`);
      }
      if (body && request.body === undefined) {
        throw new Fault('invalidInput', 'The body is missing; send a JSON object.');
      }
      const scope = { ...caller, requestId: request.id };
      const answer = await endpoint.handle({
        path: path.readText(request.params),
        query: query.readText(request.query),
        body: body ? body.read(request.body) : {},
        ifMatch: readIfMatch(request.headers['if-match']),
        permissionsOf: services.permissionsOf,
        read: { db: services.database, scope },
        change: (work) => change(services, scope, work),
      });
      const wrong = checkAnswers ? data.violations(answer.data) : [];
      if (wrong.length > 0) throw new Error(`${endpoint.name} answers ${JSON.stringify(wrong)}`);
      if (answer.created) reply.header('location', `${request.url.split(/[?#]/)[0]}/${answer.created}`);
      return send(reply, answer);
    },
  });
}

/** A property or parameter that the operation does not have is refused by name, never ignored. */
function closed(schema: TObject): TObject {
  return Type.Object(schema.properties, { additionalProperties: false });
}

function send(reply: FastifyReply, { data, revision, created }: EndpointAnswer<unknown>): FastifyReply {
  if (revision !== undefined) reply.header('etag', etagOf(revision));
  if (data === undefined) return reply.code(204).send();
  return reply.code(created === undefined ? 200 : 201).send(data);
}

/** A known path with another method is 405 with `Allow`, not 404. */
function refuseOtherMethods(server: FastifyInstance, url: string, ofUrl: readonly Endpoint[]): void {
  const allowed: readonly string[] = ofUrl.flatMap(({ method }) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
  server.route({
    method: methods.filter((method) => !allowed.includes(method)),
    url,
    schema: { hide: true },
    async handler({ method }, reply) {
      reply.header('allow', allowed.join(', '));
      throw new Fault('methodNotAllowed', `${method} is not possible here; ${allowed.join(', ')} is.`);
    },
  });
}
