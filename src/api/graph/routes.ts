import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptJson, refuseOtherMethods, sendAnswer } from '../../http/index.ts';
import type { Authenticator, Caller, ChangeServices } from '../../tenancy/index.ts';
import { readBatch, requireJson, runBatch, type BatchItem } from './batch.ts';
import {
  dispatch,
  errorAnswer,
  failureAnswer,
  flavourOf,
  type GraphAnswer,
  type GraphServices,
} from './dispatch.ts';
import { graphFailedDependency, type ErrorContext } from './errors.ts';
import { clientRequestId, commonHeaders, errorContextOf, targetOf } from './exchange.ts';
import { gatheredReads } from './gathered-reads.ts';
import { csdl, serviceDocument } from './metadata.ts';
import type { GraphVersion } from './model/document.ts';
import { models } from './model/model.ts';
import { bothVersions } from './route.ts';
import { servedContainer } from './served-operations.ts';

interface GraphOptions {
  readonly services: ChangeServices;
  readonly authenticator: Authenticator;
  readonly commandMakers: GraphServices['commandMakers'];
  /** `https:` or `http:`, as clients reach the server. */
  readonly scheme: string;
}

const bodyLimit = 4 * 1024 * 1024;

/**
 * Microsoft Graph under `/v1.0` and `/beta`. One catch-all a version: paths, keys and casts are OData's, which the HTTP router does not
 * speak.
 */
export async function graphApi(server: FastifyInstance, options: GraphOptions): Promise<void> {
  acceptJson(server, bodyLimit);
  server.decorateRequest('caller', null);
  server.setErrorHandler(async (error, request, reply) => {
    const answer = failureAnswer(error, errorContext(options, request));
    if (answer.isBug) request.log.error({ err: error }, 'unexpected error');
    return send(request, reply, answer);
  });
  const gathered = gatheredReads(options.services.database);
  for (const version of bothVersions)
    serveVersion(server, version, options, {
      ...options.services,
      gathered,
      commandMakers: options.commandMakers,
    });
}

function serveVersion(
  server: FastifyInstance,
  version: GraphVersion,
  options: GraphOptions,
  services: GraphServices,
): void {
  const { authenticator } = options;
  const document = csdl(models[version], servedContainer);

  // Public, as in Microsoft Graph: it says what the service can do, not what is in it.
  server.get(`/${version}/$metadata`, { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/xml').header('odata-version', '4.0').send(document),
  );
  server.get(`/${version}`, { schema: { hide: true } }, async (request, reply) => {
    const root = `${originOf(options, request)}/${version}`;
    return reply
      .type('application/json')
      .header('odata-version', '4.0')
      .send(serviceDocument(root, servedContainer));
  });
  const schema = { hide: true };
  const onRequest = async (request: FastifyRequest) => {
    request.setDecorator('caller', await authenticator.authenticate(request.headers.authorization));
  };
  server.post(`/${version}/$batch`, { schema, onRequest }, async (request, reply) =>
    send(request, reply, await answerBatch(options, services, version, request)),
  );
  refuseOtherMethods(server, `/${version}`, ['GET']);
  refuseOtherMethods(server, `/${version}/$batch`, ['POST']);
  server.route({
    method: ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'],
    url: `/${version}/*`,
    schema,
    onRequest,
    handler: async (request, reply) => {
      const { method, body } = request;
      const headers = request.headers as Record<string, string | undefined>;
      const sent = { method, headers, body, target: targetOf(request.url) };
      return send(
        request,
        reply,
        await dispatch(services, { ...sent, ...commonOf(options, version, request) }),
      );
    },
  });
}

async function answerBatch(
  options: GraphOptions,
  services: GraphServices,
  version: GraphVersion,
  request: FastifyRequest,
): Promise<GraphAnswer> {
  const common = commonOf(options, version, request);
  const contextOf = (item: BatchItem): ErrorContext => ({
    ...errorContext(options, request),
    flavour: flavourOf(item.url),
    clientRequestId: clientRequestId(item.headers) ?? clientRequestId(request.headers) ?? request.id,
    url: `${common.origin}/${version}/${item.url}`,
  });
  const run = async (item: BatchItem): Promise<GraphAnswer> => {
    try {
      requireJson(item);
      return await dispatch(services, { ...common, ...item, target: item.url });
    } catch (error) {
      const answer = failureAnswer(error, contextOf(item));
      if (answer.isBug) request.log.error({ err: error }, 'unexpected error');
      return answer;
    }
  };
  const answered = await runBatch(readBatch(request.body), run, (item) =>
    errorAnswer(graphFailedDependency(contextOf(item))),
  );
  const headers = { 'content-type': 'application/json', 'odata-version': '4.0', 'cache-control': 'no-cache' };
  return { status: 200, headers, body: JSON.stringify(answered) };
}

/** What every request to be dispatched takes from the one that brought it. */
function commonOf(options: GraphOptions, version: GraphVersion, request: FastifyRequest) {
  return {
    version,
    origin: originOf(options, request),
    caller: request.getDecorator<Caller>('caller'),
    requestId: request.id,
  };
}

function originOf({ scheme }: GraphOptions, request: FastifyRequest): string {
  return `${scheme}//${request.headers.host ?? request.host}`;
}

function errorContext(options: GraphOptions, request: FastifyRequest): ErrorContext {
  const { url, headers, id } = request;
  const exchange = { origin: originOf(options, request), url, headers, requestId: id };
  return errorContextOf(exchange, options.services.clock());
}

async function send(
  { headers, id }: FastifyRequest,
  reply: FastifyReply,
  answer: GraphAnswer,
): Promise<FastifyReply> {
  return sendAnswer(reply, {
    ...answer,
    headers: { ...commonHeaders({ headers, requestId: id }), ...answer.headers },
  });
}
