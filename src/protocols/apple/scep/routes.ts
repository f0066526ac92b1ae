import type { FastifyInstance, FastifyRequest } from 'fastify';
import { authorityCertificate } from '../../../devices/certificate-authority/index.ts';
import { refuseOtherMethods } from '../../../http/index.ts';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { Fault, invalidInput, notFound } from '../../../kernel/fault.ts';
import { parseHexId } from '../../../kernel/id.ts';
import {
  deviceScope,
  findOrganization,
  organizationById,
  type Organization,
} from '../../../tenancy/index.ts';
import type { AppleSettings } from '../options.ts';
import { answerPkiOperation } from './answer.ts';

/** What the server can do (RFC 8894, section 3.5.2). */
const capabilities = [
  'Renewal',
  'SHA-1',
  'SHA-256',
  'SHA-512',
  'AES',
  'DES3',
  'SCEPStandard',
  'POSTPKIOperation',
];

type ScepRequest = FastifyRequest<{ Params: { organization: string } }>;

/** The Simple Certificate Enrolment Protocol (RFC 8894), by which a device gets its certificate. */
export async function scepRoutes(server: FastifyInstance, { services }: AppleSettings): Promise<void> {
  const url = '/scep/:organization';

  async function organizationOf({ params }: ScepRequest): Promise<Organization> {
    const id = parseHexId(params.organization);
    const organization = id
      ? await organizationById(services.database, id)
      : await findOrganization(services.database, params.organization);
    if (!organization) throw notFound('Organization', params.organization);
    return organization;
  }

  server.route({
    method: ['GET', 'POST'],
    url,
    schema: { hide: true },
    async handler(request: ScepRequest, reply) {
      const organization = await organizationOf(request);
      const query = queryOf(request.url);
      reply.header('cache-control', 'no-store');
      switch (query.get('operation')) {
        case 'GetCACaps':
          return reply.type('text/plain').send(`${capabilities.join('\n')}\n`);
        case 'GetCACert': {
          const certificate = await authorityCertificate(services.database, organization.id);
          if (!certificate) throw notFound('Certificate authority of organization', organization.slug);
          return reply.type('application/x-x509-ca-cert').send(certificate.raw);
        }
        case 'PKIOperation': {
          const bytes = request.method === 'POST' ? request.body : bytesInQuery(query.get('message'));
          if (!(bytes instanceof Uint8Array)) throw new Fault('malformedBody', 'The request has no message.');
          const scope = deviceScope(organization, request.id);
          const answer = await answerPkiOperation(services, scope, bytes);
          if (answer.refusal) {
            request.log.warn(
              { organization: organization.slug, reason: answer.refusal.message },
              'SCEP request refused',
            );
          }
          return reply.type('application/x-pki-message').send(Buffer.from(answer.reply));
        }
        default: {
          const message = 'must be GetCACaps, GetCACert or PKIOperation';
          throw invalidInput([{ path: 'operation', message }]);
        }
      }
    },
  });
  refuseOtherMethods(server, url, ['GET', 'POST']);
}

/** Some clients add their query to a URL that ends in a question mark already. */
function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.slice(url.indexOf('?') + 1).replace(/^\?+/, ''));
}

/** A plus that was not escaped has become a space. */
function bytesInQuery(message: string | null): Buffer | undefined {
  return message === null ? undefined : bytesOfBase64(message.replaceAll(' ', '+'));
}
