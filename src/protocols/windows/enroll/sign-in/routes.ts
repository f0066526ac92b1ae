import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireOpen } from '../../../../devices/enrollments/index.ts';
import { faultHandler, faultStatuses, refuseOtherMethods } from '../../../../http/index.ts';
import { Fault } from '../../../../kernel/fault.ts';
import { Secret } from '../../../../kernel/secret.ts';
import type { WindowsSettings } from '../../options.ts';
import { enrollmentOfCode, longestName, organizationInPath } from '../entitlement.ts';
import { codePage, finishedPage, problemPage, type Page } from './page.ts';
import { newSignInToken } from './token.ts';

interface SignInPath {
  Params: { organization?: string };
}

const bodyLimit = 16 * 1024;

/**
 * Where the user of a PC that enrols by `Federated` signs in, in a view inside Windows: with the code of an enrolment. The PC says in `appru` where
 * it takes the token.
 * https://learn.microsoft.com/windows/client-management/federated-authentication-device-enrollment
 */
export async function signInRoutes(server: FastifyInstance, settings: WindowsSettings): Promise<void> {
  const { services } = settings;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  server.setErrorHandler(
    faultHandler((fault, reply) =>
      show(
        reply.code(fault ? faultStatuses[fault.code] : 500),
        problemPage(fault?.message ?? 'The server made a mistake; its log tells more.'),
      ),
    ),
  );

  for (const url of ['/EnrollmentServer/SignIn', '/EnrollmentServer/:organization/SignIn']) {
    server.get<SignInPath>(url, { schema: { hide: true } }, async (request, reply) => {
      await organizationInPath(services, request.params);
      const { searchParams: query } = new URL(request.url, settings.publicUrl);
      const appru = appruOf(query);
      return show(reply, codePage({ appru: appru.href, loginHint: loginHintOf(query) }));
    });
    server.post<SignInPath>(url, { schema: { hide: true } }, async (request, reply) => {
      const organization = await organizationInPath(services, request.params);
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      const appru = appruOf(form);
      const username = loginHintOf(form);
      const now = services.clock();
      try {
        const code = new Secret((form.get('code') ?? '').trim());
        const found = await enrollmentOfCode(services, code, organization);
        requireOpen(found.enrollment, now);
        const signedIn = {
          organizationId: found.organization.id,
          enrollmentId: found.enrollment.id,
          username,
        };
        const token = newSignInToken(services.secrets, signedIn, now);
        return show(reply, finishedPage(appru, token.reveal()));
      } catch (error) {
        if (!(error instanceof Fault) || error.code === 'unavailable') throw error;
        logRefusal(request, error);
        return show(
          reply.code(403),
          codePage({ appru: appru.href, loginHint: username, problem: error.message }),
        );
      }
    });
    refuseOtherMethods(server, url, ['GET', 'POST']);
  }
}

function logRefusal(request: FastifyRequest, { message }: Fault): void {
  request.log.warn({ reason: message }, 'sign-in of a PC refused');
}

/**
 * Only Windows gets a token: who could have it sent to a page of his own would enrol with the code of another. Faults: `invalidInput`.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/27ed8c2c-0140-41ce-b2fa-c3d1a793ab4a
 */
function appruOf(query: URLSearchParams): URL {
  const text = query.get('appru') ?? '';
  const url = text.length <= 2_048 ? URL.parse(text) : null;
  if (url?.protocol === 'ms-app:') return url;
  throw new Fault(
    'invalidInput',
    "This page is opened by Windows, when it sets up a PC: the address lacks a right 'appru'.",
  );
}

function loginHintOf(query: URLSearchParams): string {
  return (query.get('login_hint') ?? '').trim().slice(0, longestName);
}

function show(reply: FastifyReply, { html, policy }: Page): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .send(html);
}
