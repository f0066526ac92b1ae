import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireOpenOrSpent, windowsEnrollmentOf } from '../../../devices/enrollments/index.ts';
import { clientCertificates, faultOf, refuseOtherMethods } from '../../../http/index.ts';
import { Fault, invalidInput } from '../../../kernel/fault.ts';
import type { WindowsOptions } from '../options.ts';
import { entitlementOf, organizationInPath, type Entitlement } from './entitlement.ts';
import { issueFor } from './issue.ts';
import { renewFor } from './renew.ts';
import { soapFaultOf } from './refusal.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { readCredential } from './wire/credential.ts';
import { readDiscover, writeDiscoverAnswer } from './wire/discover.ts';
import { largestRequest, readEnvelope, type Envelope } from './wire/envelope.ts';
import type { AnswerAction } from './wire/namespaces.ts';
import { readGetPolicies, writePoliciesAnswer } from './wire/policies.ts';
import { renewal } from './wire/provisioning-document.ts';
import { readSecurityTokenRequest, writeSecurityTokenAnswer } from './wire/security-token.ts';
import { writeSoapFault } from './wire/soap-fault.ts';

interface EnrollPath {
  Params: { organization?: string };
}

type EnrollRequest = FastifyRequest<EnrollPath>;

const day = 86_400;

/**
 * How a PC enrols: it asks where (Discover), what its certificate shall be like (GetPolicies), and for the certificate (RequestSecurityToken).
 * The addresses with an organization are for those whose users sign in.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/
 */
export async function enrollRoutes(server: FastifyInstance, settings: WindowsOptions): Promise<void> {
  const { services, publicUrl, certificateHeader } = settings;
  await server.register(signInRoutes, settings);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestRequest }, (_request, body, done) =>
    done(null, body),
  );

  async function entitlement(envelope: Envelope, request: EnrollRequest): Promise<Entitlement> {
    return entitlementOf(
      settings,
      readCredential(envelope),
      await organizationInPath(services, request.params),
    );
  }

  /** A message at one address, in the paths with an organization and without. */
  function serve(
    service: 'Discovery' | 'Policy' | 'Enrollment',
    action: AnswerAction,
    answer: (envelope: Envelope, request: EnrollRequest) => Promise<string>,
  ): void {
    const probed = service === 'Discovery';
    for (const url of [
      `/EnrollmentServer/${service}.svc`,
      `/EnrollmentServer/:organization/${service}.svc`,
    ]) {
      server.route<EnrollPath>({
        method: 'POST',
        url,
        schema: { hide: true },
        errorHandler(error, request, reply) {
          void refuse(action, undefined, error, request, reply);
        },
        async handler(request, reply) {
          let envelope: Envelope | undefined;
          try {
            const { body } = request;
            if (!Buffer.isBuffer(body)) throw new Fault('malformedBody', 'The request has no message.');
            envelope = readEnvelope(body);
            return soap(reply, await answer(envelope, request));
          } catch (error) {
            return refuse(action, envelope, error, request, reply);
          }
        },
      });
      if (probed) {
        server.get<EnrollPath>(url, { schema: { hide: true } }, async (request, reply) => {
          await organizationInPath(services, request.params);
          return reply.header('cache-control', 'no-store').header('content-length', 0).send('');
        });
      }
      refuseOtherMethods(server, url, probed ? ['GET', 'POST'] : ['POST']);
    }
  }

  serve('Discovery', 'discover', async (envelope, request) => {
    const discover = readDiscover(envelope);
    const organization = await organizationInPath(services, request.params);
    const { authPolicy: preferred } = organization
      ? await windowsEnrollmentOf(services.database, organization.id)
      : { authPolicy: undefined };
    const authPolicy = discover.offered.find((policy) => policy === preferred) ?? discover.offered[0];
    if (!authPolicy) {
      throw invalidInput([
        { path: 'AuthPolicy', message: 'OnPremise or Federated must be among those that are offered' },
      ]);
    }
    const base = `${publicUrl}/EnrollmentServer${organization ? `/${request.params.organization}` : ''}`;
    return writeDiscoverAnswer(discover, envelope.messageId, {
      authPolicy,
      policyUrl: `${base}/Policy.svc`,
      enrollmentUrl: `${base}/Enrollment.svc`,
      authenticationUrl: authPolicy === 'Federated' ? `${base}/SignIn` : undefined,
    });
  });

  serve('Policy', 'getPolicies', async (envelope, request) => {
    readGetPolicies(envelope);
    const { enrollment } = await entitlement(envelope, request);
    requireOpenOrSpent(enrollment, services.clock());
    return writePoliciesAnswer(envelope.messageId, { validity: 365 * day, renewal: renewal.period * day });
  });

  serve('Enrollment', 'requestSecurityToken', async (envelope, request) => {
    const asked = readSecurityTokenRequest(envelope);
    const document =
      asked.type === 'renew'
        ? await renewFor(settings, asked, clientCertificates(request, certificateHeader), request.id)
        : await issueFor(settings, await entitlement(envelope, request), asked, request.id);
    return writeSecurityTokenAnswer(envelope.messageId, document, services.clock());
  });
}

/** Windows reads no answer that comes in chunks. */
function soap(reply: FastifyReply, text: string): FastifyReply {
  const bytes = Buffer.from(text);
  return reply
    .type('application/soap+xml; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-length', bytes.length)
    .send(bytes);
}

/** A refusal is HTTP 500 too: https://www.w3.org/TR/soap12-part2/#tabresstatereccodes */
function refuse(
  action: AnswerAction,
  envelope: Envelope | undefined,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const fault = faultOf(error);
  if (fault) request.log.warn({ reason: fault.message }, 'enrolment of a PC refused');
  else request.log.error({ err: error }, 'unexpected error');
  return soap(reply.code(500), writeSoapFault(action, envelope?.messageId, soapFaultOf(fault), request.id));
}
