import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { unavailable } from '../../database/index.ts';
import { etagOf, readIfMatch } from '../../kernel/etag.ts';
import { Fault, invalidInput, notFound } from '../../kernel/fault.ts';
import { faultOfHttp, readJsonBody } from '../../kernel/http.ts';
import { hexOfId } from '../../kernel/id.ts';
import { unstorableText } from '../../kernel/json.ts';
import { validator } from '../../kernel/schema.ts';
import type { Authenticator, Caller, Permission } from '../../tenancy/index.ts';
import {
  contexts,
  gatheredReads,
  type AppliveryServices,
  type Endpoint,
  type GatheredReads,
  type Upload,
} from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { errorAnswer, unexpectedError } from './errors.ts';
import { permissionName } from './permissions.ts';

export interface AppliveryOptions {
  readonly services: AppliveryServices;
  readonly authenticator: Authenticator;
  /** Checks every answer against its schema and fails when it differs: for tests. */
  readonly checkAnswers: boolean;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const bodyLimit = 4 * 1024 * 1024;
const uploadLimit = 100 * 1024 * 1024;
const prefix = '/:organizationId';

/** Applivery's UEM API under `/v1/organizations/{organizationId}`. */
export async function appliveryRoutes(server: FastifyInstance, options: AppliveryOptions): Promise<void> {
  await server.register(async (scope) => registerAll(scope, options), { prefix: '/v1/organizations' });
}

async function registerAll(server: FastifyInstance, options: AppliveryOptions): Promise<void> {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit },
    (_request, body, done) => {
      try {
        done(null, readJsonBody(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  await server.register(multipart, { limits: { fileSize: uploadLimit, files: 1, fields: 32 } });
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request) => {
    const caller = await options.authenticator.authenticate(request.headers.authorization);
    const { organizationId } = request.params as { organizationId?: string };
    if (organizationId !== undefined) requireOrganization(caller, organizationId);
    request.setDecorator('caller', caller);
  });
  server.setErrorHandler(async (error, request, reply) => {
    const endpoint = (request.routeOptions.config as { endpoint?: Endpoint }).endpoint;
    const fault = error instanceof Fault ? error : (faultOfHttp(error) ?? unavailable(error));
    if (!fault) request.log.error({ err: error }, 'unexpected error');
    const answer = fault ? errorAnswer(fault, endpoint?.faults) : unexpectedError;
    return reply.code(answer.status).send(answer.body);
  });
  server.setNotFoundHandler(async (request) => {
    throw new Fault(
      'routeNotFound',
      `There is no operation at ${request.method} ${request.url.split('?')[0]}.`,
    );
  });

  const gathered = gatheredReads(options.services.database);
  const byUrl = Map.groupBy(endpoints, (endpoint) => endpoint.url);
  for (const [url, ofUrl] of byUrl) {
    for (const endpoint of ofUrl) register(server, endpoint, options, gathered);
    refuseOtherMethods(server, url, ofUrl);
  }
}

function requireOrganization({ organization }: Caller, idOrSlug: string): void {
  const asked = idOrSlug.toLowerCase();
  if (asked !== hexOfId(organization.id) && asked !== organization.slug)
    throw notFound('Organization', idOrSlug);
}

function register(
  server: FastifyInstance,
  endpoint: Endpoint,
  { services, checkAnswers }: AppliveryOptions,
  gathered: GatheredReads,
): void {
  const path = validator(endpoint.path);
  const query = validator(Type.Object(endpoint.query.properties, { additionalProperties: false }));
  const body = validator(endpoint.body);
  const data = validator(endpoint.data);

  server.route({
    method: endpoint.method,
    url: prefix + endpoint.url.replaceAll(/\{(\w+)\}/g, ':$1'),
    ...(endpoint.consumes === 'multipart' && { bodyLimit: uploadLimit }),
    config: { endpoint },
    schema: openApi(endpoint),
    async handler(request, reply) {
      const caller = request.getDecorator<Caller>('caller');
      requirePermission(caller, endpoint);
      const scope = { ...caller, requestId: request.id };
      const form = endpoint.consumes === 'multipart' ? await readForm(request) : undefined;
      const answer = await endpoint.handle({
        ...contexts(services, scope),
        gathered,
        path: path.readText(withoutOrganization(request.params as Record<string, string>)),
        query: query.readText(withoutBrackets(request.query as Query)),
        body: readBody(endpoint, body, form?.fields ?? request.body),
        upload: form?.upload,
        ifMatch: readIfMatch(request.headers['if-match']),
      });
      if (checkAnswers) {
        const wrong = data.violations(JSON.parse(JSON.stringify(answer.data)));
        if (wrong.length > 0)
          throw new Error(`${endpoint.method} ${endpoint.url} answers ${JSON.stringify(wrong)}`);
      }
      return send(reply, answer);
    },
  });
}

function requirePermission({ principal }: Caller, endpoint: Endpoint): void {
  for (const permission of permissionsOf(endpoint)) {
    if (principal.permissions.has(permission)) continue;
    const name = permissionName(permission);
    throw new Fault('forbidden', `The permission ${name} is needed.`, { accepted: [name] });
  }
}

function permissionsOf({ permission }: Endpoint): readonly Permission[] {
  return typeof permission === 'string' ? [permission] : permission;
}

function readBody(endpoint: Endpoint, body: ReturnType<typeof validator>, sent: unknown): unknown {
  if (endpoint.consumes === 'nothing') return {};
  if (sent === undefined) throw new Fault('invalidInput', 'The body is missing; send a JSON object.');
  return endpoint.consumes === 'multipart' ? body.readText(sent) : body.read(sent);
}

type Query = Record<string, string | string[]>;

/** Clients spell a list as `tags=a&tags=b` or as `tags[]=a&tags[]=b`. */
function withoutBrackets(query: Query): Query {
  const spelled = Object.keys(query).filter((name) => name.endsWith('[]'));
  if (spelled.length === 0) return query;
  const read = { ...query };
  for (const name of spelled) {
    const plain = name.slice(0, -2);
    read[plain] = [read[plain] ?? [], read[name]!].flat();
    delete read[name];
  }
  return read;
}

function withoutOrganization(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'organizationId'));
}

async function send(
  reply: FastifyReply,
  answer: Awaited<ReturnType<Endpoint['handle']>>,
): Promise<FastifyReply> {
  if (answer.revision !== undefined) reply.header('etag', etagOf(answer.revision));
  return reply.code(answer.status ?? 200).send({ status: true, data: answer.data });
}

async function readForm(
  request: FastifyRequest,
): Promise<{ fields: Record<string, unknown>; upload?: Upload }> {
  if (!request.isMultipart()) {
    throw new Fault(
      'unsupportedMediaType',
      'Send a form as multipart/form-data with the file in the field "file".',
    );
  }
  const fields: Record<string, unknown> = {};
  let upload: Upload | undefined;
  for await (const part of request.parts()) {
    const texts = part.type === 'field' ? [part.value] : [part.filename, part.mimetype];
    refuseUnstorable(part.fieldname, texts);
    if (part.type === 'field') fields[part.fieldname] = part.value;
    else upload = { fileName: part.filename, mimeType: part.mimetype, content: await part.toBuffer() };
  }
  return upload ? { fields, upload } : { fields };
}

function refuseUnstorable(path: string, texts: readonly unknown[]): void {
  for (const text of texts) {
    const message = typeof text === 'string' ? unstorableText(text) : undefined;
    if (message) throw invalidInput([{ path, message }]);
  }
}

/** A known path with another method is 405 with `Allow`, not 404. */
function refuseOtherMethods(server: FastifyInstance, url: string, ofUrl: readonly Endpoint[]): void {
  const allowed: readonly string[] = ofUrl.map((endpoint) => endpoint.method);
  server.route({
    method: methods.filter((method) => !allowed.includes(method)),
    url: prefix + url.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: { hide: true },
    async handler(request, reply) {
      reply.header('allow', allowed.join(', '));
      throw new Fault(
        'methodNotAllowed',
        `${request.method} is not possible here; ${allowed.join(', ')} is.`,
      );
    },
  });
}

function openApi(endpoint: Endpoint): Record<string, unknown> {
  const error = Type.Object({
    status: Type.Literal(false),
    error: Type.Object({
      code: Type.Integer(),
      message: Type.String(),
      details: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
    }),
  });
  const failure = (description: string) => ({ description, ...error });
  const permissions = permissionsOf(endpoint).map((permission) => `\`${permissionName(permission)}\``);
  return {
    summary: endpoint.summary,
    description: [endpoint.description, `Permission: ${permissions.join(' and ')}.`]
      .filter(Boolean)
      .join('\n\n'),
    tags: [`Applivery: ${endpoint.tag}`],
    security: [{ bearer: [] }],
    params: Type.Object({
      organizationId: Type.String({ description: "The organization's id or slug" }),
      ...endpoint.path.properties,
    }),
    ...(Object.keys(endpoint.query.properties).length > 0 && { querystring: endpoint.query }),
    ...(endpoint.consumes !== 'nothing' && { body: endpoint.body }),
    ...(endpoint.consumes === 'multipart' && { consumes: ['multipart/form-data'] }),
    response: {
      200: { description: 'Done', ...Type.Object({ status: Type.Literal(true), data: endpoint.data }) },
      400: failure('Invalid input'),
      401: failure('No token, or not a valid one'),
      403: failure('The token lacks the permission'),
      404: failure('Entity not found'),
    },
  };
}
