import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseOtherMethods } from '../../../http/index.ts';
import { signContent } from '../../../cms/index.ts';
import type { AppleSettings } from '../options.ts';
import { makeEnrollmentProfile } from './make-profile.ts';

type EnrollRequest = FastifyRequest<{ Params: { code: string }; Querystring: { unsigned?: string } }>;

/** Where a device, or the person in front of it, opens its enrolment profile. `?unsigned=1` gives it without a signature around it. */
export async function enrollRoutes(server: FastifyInstance, options: AppleSettings): Promise<void> {
  const { services, publicUrl, tlsAuthority } = options;
  const url = '/mdm/apple/enroll/:code';
  server.route({
    method: 'GET',
    url,
    schema: { hide: true },
    async handler(request: EnrollRequest, reply) {
      const { profile, authority } = await makeEnrollmentProfile(services, {
        code: request.params.code,
        requestId: request.id,
        publicUrl,
        tlsAuthority,
      });
      const bytes = Buffer.from(profile);
      const signer = { certificate: authority.certificate.raw, key: authority.key };
      return reply
        .type('application/x-apple-aspen-config')
        .header('cache-control', 'no-store')
        .header('content-disposition', 'attachment; filename="enroll.mobileconfig"')
        .send(request.query.unsigned === '1' ? bytes : Buffer.from(signContent(signer, bytes)));
    },
  });
  refuseOtherMethods(server, url, ['GET']);
}
