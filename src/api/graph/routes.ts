import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJsonBody } from '../../kernel/http.ts';
import type { Authenticator, Caller, ChangeServices } from '../../tenancy/index.ts';
import { dispatch, failureAnswer, flavourOf, methodNotAllowed, type GraphAnswer } from './dispatch.ts';
import { csdl, serviceDocument } from './metadata.ts';
import type { GraphVersion } from './model/document.ts';
import { models } from './model/model.ts';
import { bothVersions } from './route.ts';
import { servedContainer } from './served-operations.ts';

export interface GraphOptions {
  readonly services: ChangeServices;
  readonly authenticator: Authenticator;
  /** `https:` or `http:`, as clients reach the server. */
  readonly scheme: string;
}

const bodyLimit = 4 * 1024 * 1024;
const guidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Microsoft Graph under `/v1.0` and `/beta`. One catch-all a version: paths, keys and casts are OData's, which the HTTP router does not
 * speak.
 */
export async function graphApi(server: FastifyInstance, options: GraphOptions): Promise<void> {
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
  server.decorateRequest('caller', null);
  server.setErrorHandler(async (error, request, reply) => {
    const answer = failureAnswer(error, errorContext(options, request));
    if (answer.isBug) request.log.error({ err: error }, 'unexpected error');
    return send(request, reply, answer);
  });
  for (const version of bothVersions) serveVersion(server, version, options);
}

function serveVersion(server: FastifyInstance, version: GraphVersion, options: GraphOptions): void {
  const { services, authenticator, scheme } = options;
  const document = csdl(models[version], servedContainer);

  // Public, as in Microsoft Graph: it says what the service can do, not what is in it.
  server.get(`/${version}/$metadata`, { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/xml').header('odata-version', '4.0').send(document),
  );
  server.get(`/${version}`, { schema: { hide: true } }, async (request, reply) => {
    const root = `${scheme}//${request.headers.host ?? request.host}/${version}`;
    return reply
      .type('application/json')
      .header('odata-version', '4.0')
      .send(serviceDocument(root, servedContainer));
  });
  server.route({
    method: ['POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'],
    url: `/${version}`,
    schema: { hide: true },
    handler: () => {
      throw methodNotAllowed(['GET', 'HEAD']);
    },
  });
  server.route({
    method: ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'],
    url: `/${version}/*`,
    schema: { hide: true },
    onRequest: async (request) => {
      request.setDecorator('caller', await authenticator.authenticate(request.headers.authorization));
    },
    handler: async (request, reply) => {
      const answer = await dispatch(services, {
        method: request.method,
        version,
        origin: `${scheme}//${request.headers.host ?? request.host}`,
        target: targetOf(request),
        headers: request.headers as Record<string, string | undefined>,
        body: request.body,
        caller: request.getDecorator<Caller>('caller'),
        requestId: request.id,
      });
      return send(request, reply, answer);
    },
  });
}

/** What stands below the version. */
function targetOf({ url }: FastifyRequest): string {
  return url.replace(/^\/*[^/?]*\/*/, '');
}

function errorContext({ services, scheme }: GraphOptions, request: FastifyRequest) {
  return {
    flavour: flavourOf(targetOf(request)),
    requestId: request.id,
    clientRequestId: clientRequestId(request),
    date: services.clock(),
    url: `${scheme}//${request.headers.host ?? request.host}${request.url}`,
  };
}

/** The client's own id of the request, so that both sides' logs can be laid side by side; ours where it sent none. */
function clientRequestId(request: FastifyRequest): string {
  const sent = request.headers['client-request-id'] ?? request.headers['x-ms-client-request-id'];
  return typeof sent === 'string' && guidShape.test(sent) ? sent : request.id;
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: GraphAnswer,
): Promise<FastifyReply> {
  return reply
    .code(answer.status)
    .headers({
      'client-request-id': clientRequestId(request),
      'strict-transport-security': 'max-age=31536000',
      'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: { DataCenter: 'Muster' } }),
      ...answer.headers,
    })
    .send(answer.body);
}
