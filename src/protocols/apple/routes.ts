import type { FastifyInstance, FastifyReply } from 'fastify';
import { faultHandler, faultStatuses } from '../../http/index.ts';
import type { Fault, FaultCode } from '../../kernel/fault.ts';
import { checkInRoutes } from './checkin/routes.ts';
import { signatureReader } from '../../cms/index.ts';
import { connectRoutes } from './connect/routes.ts';
import { declaredProfileRoutes } from './declarations/routes.ts';
import { makeRenewalProfile } from './enroll/make-profile.ts';
import { enrollmentIdentifier } from './enroll/profile.ts';
import { enrollRoutes } from './enroll/routes.ts';
import { scepRoutes } from './scep/routes.ts';
import type { AppleOptions, AppleSettings } from './options.ts';

/** Never 401: a device that gets it leaves the management. */
function statusOf(code: FaultCode): number {
  const status = faultStatuses[code];
  return status === 401 ? 400 : status;
}

const refuse = (fault: Fault | undefined, reply: FastifyReply) =>
  reply
    .code(fault ? statusOf(fault.code) : 500)
    .type('text/plain; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(`${fault?.message ?? 'The server made a mistake; its log tells more.'}\n`);

/** Of all messages but the reports of devices, which are larger. */
const bodyLimit = 64 * 1024;

/** The type of what devices report. */
const mdm = 'application/x-apple-aspen-mdm';

/** What Apple devices talk to. They send bodies of every type, which are read as bytes. */
export async function appleRoutes(server: FastifyInstance, settings: AppleSettings): Promise<void> {
  server.removeAllContentTypeParsers();
  // All are read alike; of a type that it is told of, Fastify does not read the header anew each time.
  server.addContentTypeParser([mdm, '*'], { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
    done(null, body),
  );
  server.setErrorHandler(faultHandler(refuse));
  await server.register(enrollRoutes, settings);
  await server.register(scepRoutes, settings);
  await server.register(declaredProfileRoutes, settings);
  const options: AppleOptions = {
    ...settings,
    sources: { signatures: signatureReader(), proxyHeader: settings.certificateHeader },
    contents: {
      renewalProfile: (context, { channel }) => makeRenewalProfile(context, settings, channel),
      enrollmentIdentifier: ({ scope }) => enrollmentIdentifier(scope.organization),
    },
  };
  await server.register(async (channels) => {
    channels.setErrorHandler(
      faultHandler((fault, reply, request) => {
        // Nobody reads what the device is told.
        if (fault) request.log.warn({ reason: fault.message }, 'device message refused');
        return refuse(fault, reply);
      }),
    );
    await channels.register(checkInRoutes, options);
    await channels.register(connectRoutes, options);
  });
}
