import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { faultHandler, refuseOtherMethods } from '../../http/index.ts';
import type { Fault } from '../../kernel/fault.ts';
import { findTenant, type Organization, type SigningKeys } from '../../tenancy/index.ts';
import { anyTenant, instanceDiscovery, openIdConfiguration } from './discovery.ts';
import { isRefusal, quoted, refusalAnswer, refuse, type Refusal } from './refusal.ts';
import { readTokenRequest } from './token-request.ts';
import { issueToken, type TokenServices } from './token.ts';

interface OauthOptions extends TokenServices {
  readonly signingKeys: SigningKeys;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
}

/** A client secret and a scope are short; the rest of a request is what MSAL says about itself. */
const bodyLimit = 16 * 1024;
/** Less than the day for which a signing key is published before it signs. */
const cachedFor = 'private, max-age=3600';
const guidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type TenantRequest = FastifyRequest<{ Params: { tenant: string } }>;

/** The part of Entra ID's sign-in service that `@azure/identity` and MSAL need for client credentials, under `/{tenant}/…`. */
export async function oauthRoutes(server: FastifyInstance, options: OauthOptions): Promise<void> {
  const { database, clock, signingKeys, publicUrl } = options;

  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  server.setErrorHandler(
    faultHandler((fault, reply, request) => sendRefusal(request, reply, refusalOf(fault, request))),
  );

  function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
    const ids = { traceId: request.id, correlationId: clientRequestId(request) ?? request.id };
    const { status, body } = refusalAnswer(refusal, ids, clock());
    if (status === 401 && request.headers.authorization !== undefined) {
      reply.header('www-authenticate', `Basic realm="${publicUrl}", charset="UTF-8"`);
    }
    return reply.code(status).header('cache-control', 'no-store').header('pragma', 'no-cache').send(body);
  }

  async function tenantOf(request: TenantRequest): Promise<Organization | Refusal> {
    const { tenant } = request.params;
    return (
      (await findTenant(database, tenant)) ??
      refuse(
        'tenantUnknown',
        `Tenant ${quoted(tenant)} not found. Check that it is an organization's tenant id or slug on ${publicUrl}.`,
      )
    );
  }

  async function requestToken(request: TenantRequest): Promise<object> {
    if (anyTenant.has(request.params.tenant.toLowerCase())) {
      return refuse(
        'tenantNotNamed',
        'No tenant-identifying information found in either the request or implied by any provided credentials. Client credentials need the tenant id in the path.',
      );
    }
    const tenant = await tenantOf(request);
    if (isRefusal(tenant)) return tenant;
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const asked = readTokenRequest(form, request.headers.authorization, publicUrl);
    return isRefusal(asked) ? asked : issueToken(options, tenant, asked);
  }

  async function discover(request: TenantRequest, answer: (tenant: string) => object): Promise<object> {
    const named = request.params.tenant.toLowerCase();
    if (anyTenant.has(named)) return answer(named);
    const tenant = await tenantOf(request);
    return isRefusal(tenant) ? tenant : answer(tenant.tenantId);
  }

  /** One path and the one method that it has; every other one is 405. */
  function serve(
    method: 'GET' | 'POST',
    url: string,
    cacheControl: string,
    answer: (request: TenantRequest) => Promise<object>,
  ): void {
    server.route<{ Params: { tenant: string } }>({
      method,
      url,
      schema: { hide: true },
      async handler(request, reply) {
        const answered = await answer(request);
        if (isRefusal(answered)) return sendRefusal(request, reply, answered);
        if (cacheControl === 'no-store') reply.header('pragma', 'no-cache');
        return reply.header('cache-control', cacheControl).send(answered);
      },
    });
    refuseOtherMethods(server, url, [method]);
  }

  serve('POST', '/:tenant/oauth2/v2.0/token', 'no-store', requestToken);
  serve('GET', '/:tenant/.well-known/openid-configuration', cachedFor, (request) =>
    discover(request, (tenant) => openIdConfiguration(publicUrl, tenant, 1)),
  );
  serve('GET', '/:tenant/v2.0/.well-known/openid-configuration', cachedFor, (request) =>
    discover(request, (tenant) => openIdConfiguration(publicUrl, tenant, 2)),
  );
  serve('GET', '/:tenant/discovery/v2.0/keys', cachedFor, async (request) => {
    const keys = await signingKeys.published();
    return discover(request, () => ({ keys }));
  });
  serve('GET', '/common/discovery/instance', cachedFor, async (request) => {
    const { authorization_endpoint: endpoint } = request.query as Record<string, string | string[]>;
    return instanceDiscovery(publicUrl, request.host, typeof endpoint === 'string' ? endpoint : undefined);
  });
  serve('GET', '/:tenant/oauth2/v2.0/authorize', 'no-store', async () => interactive);
  serve('POST', '/:tenant/oauth2/v2.0/devicecode', 'no-store', async () => interactive);
}

const interactive = refuse(
  'responseTypeUnsupported',
  'Nobody signs in here interactively. Applications sign in with client credentials at the token endpoint.',
);

/** MSAL sends its id in the query, other clients in a header. Anything but a GUID is not repeated. */
function clientRequestId(request: FastifyRequest): string | undefined {
  const name = 'client-request-id';
  const sent = request.headers[name] ?? (request.query as Record<string, unknown>)[name];
  return typeof sent === 'string' && guidShape.test(sent) ? sent.toLowerCase() : undefined;
}

function refusalOf(fault: Fault | undefined, { method }: FastifyRequest): Refusal {
  if (!fault) {
    return refuse('unexpected', 'The server made a mistake; its log tells more under this trace id.');
  }
  switch (fault.code) {
    case 'methodNotAllowed': {
      const sentence = `The endpoint only accepts ${fault.accepted[0]} requests. Received a ${method} request.`;
      return refuse('methodNotAllowed', sentence);
    }
    case 'payloadTooLarge':
      return refuse('bodyTooLarge', `The request body is larger than ${bodyLimit} bytes.`);
    case 'unsupportedMediaType':
      return refuse('malformed', 'The request body must be sent as application/x-www-form-urlencoded.');
    case 'unavailable':
      return refuse('unavailable', fault.message);
    default:
      return refuse('malformed', `Request is malformed or invalid. ${fault.message}`);
  }
}
