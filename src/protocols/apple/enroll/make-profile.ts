import type { X509Certificate } from 'node:crypto';
import {
  certificateAuthority,
  findAuthority,
  type CertificateAuthority,
} from '../../../devices/certificate-authority/index.ts';
import { findEnrollment, requireOpen } from '../../../devices/enrollments/index.ts';
import { getPushCertificate } from '../../../devices/push-certificate/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { Secret } from '../../../kernel/secret.ts';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import {
  change,
  deviceScope,
  organizationById,
  type ChangeServices,
  type Scope,
  type WriteContext,
} from '../../../tenancy/index.ts';
import type { Database } from '../../../database/index.ts';
import type { AppleChannel } from '../../../devices/apple-channels/index.ts';
import { signContent } from '../../../cms/index.ts';
import type { AppleSettings } from '../options.ts';
import { newChallenge } from '../scep/challenge.ts';
import { enrollmentProfile } from './profile.ts';

interface ProfileServices extends ChangeServices {
  readonly database: Database;
}

/**
 * The enrolment profile for whoever has this code, as XML, and the authority that shall sign it. Each has a challenge of its own; a use is
 * counted when a device gets its certificate.
 * Faults: `notFound` (the code), `forbidden` (spent, expired, withdrawn), `unavailable` (no push certificate in date).
 */
export async function makeEnrollmentProfile(
  services: ProfileServices,
  request: {
    readonly code: string;
    readonly requestId: string;
    readonly publicUrl: string;
    readonly tlsAuthority: X509Certificate | undefined;
  },
): Promise<{ readonly profile: string; readonly authority: CertificateAuthority }> {
  const { database, secrets, clock } = services;
  const now = clock();
  const found = await findEnrollment(database, new Secret(request.code));
  const organization = found && (await organizationById(database, found.organizationId));
  if (!organization || found.enrollment.platform !== 'apple') {
    throw new Fault(
      'notFound',
      'There is no enrolment at this address. Ask your administrator for the right one.',
    );
  }
  requireOpen(found.enrollment, now);
  const scope = deviceScope(organization, request.requestId);
  const topic = await topicOf({ database, scope, now });
  const authority = await certificateAuthority({
    read: { db: database, scope },
    change: (work) => change(services, scope, work),
  });
  const challenge = newChallenge(secrets, organization.id, { enrollmentId: found.enrollment.id }, now);
  const profile = writePlist(enrollmentProfile({ ...request, organization, topic, challenge }));
  return { profile, authority };
}

/**
 * The enrolment profile by which a device that is enrolled gets a new certificate in the place of its own, signed. It counts as no use. The
 * topic cannot change.
 */
export async function makeRenewalProfile(
  context: WriteContext,
  settings: Pick<AppleSettings, 'publicUrl' | 'tlsAuthority'>,
  channel: Pick<AppleChannel, 'enrollmentId' | 'certificateSerial' | 'topic'>,
): Promise<Uint8Array> {
  const { scope, now, secrets } = context;
  const { organization } = scope;
  const { enrollmentId, certificateSerial: renews, topic } = channel;
  const authority = (await findAuthority(context))!;
  const challenge = newChallenge(secrets, organization.id, { enrollmentId, renews }, now);
  const profile = enrollmentProfile({ ...settings, organization, topic: topic!, challenge });
  return signContent(
    { certificate: authority.certificate.raw, key: authority.key },
    Buffer.from(writePlist(profile)),
  );
}

/** A device cannot be woken without a push certificate, and never takes another topic than that with which it enrolled. */
async function topicOf({
  database,
  scope,
  now,
}: {
  readonly database: Database;
  readonly scope: Scope;
  readonly now: Date;
}): Promise<string> {
  const push = await getPushCertificate({ db: database, scope });
  const organization = `The organization '${scope.organization.slug}'`;
  if (!push) {
    const problem = 'has no Apple push certificate yet, so no Apple device can enrol';
    throw new Fault('unavailable', `${organization} ${problem}. An administrator must upload one first.`);
  }
  if (push.expiresAt <= now) {
    const problem = `has an Apple push certificate that expired at ${push.expiresAt.toISOString()}, so no Apple device can enrol`;
    throw new Fault('unavailable', `${organization} ${problem}. An administrator must renew it first.`);
  }
  return push.topic;
}
