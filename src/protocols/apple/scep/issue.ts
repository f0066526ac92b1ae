import type { KeyObject, X509Certificate } from 'node:crypto';
import {
  findCertificateFor,
  fingerprintOfKey,
  issueCertificate,
  lockCertificate,
  readCertificateRequest,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../../devices/certificate-authority/index.ts';
import { lockEnrollment, redeemEnrollment } from '../../../devices/enrollments/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { readChallenge } from './challenge.ts';

/**
 * Issues a certificate to a device that enrols, for the challenge in its request. A device that did not get the answer and asks again for the
 * same key gets the same certificate, and no second use is counted.
 * Faults: `malformedBody`, `invalidInput`, `forbidden`, `notFound`.
 */
export async function issueForChallenge(
  context: WriteContext,
  authority: CertificateAuthority,
  requestBytes: Uint8Array,
): Promise<IssuedCertificate> {
  const { publicKey, challenge } = readCertificateRequest(requestBytes);
  const { secrets, scope, now } = context;
  const { enrollmentId, challengeHash, renews } = readChallenge(
    secrets,
    scope.organization.id,
    challenge,
    now,
  );
  if (renews !== undefined) return renewFor(context, authority, publicKey, renews);
  // Whoever asks with the same challenge at the same time waits here.
  await lockEnrollment(context, enrollmentId);
  const issued = await findCertificateFor(context, { challengeHash });
  if (!issued) {
    await redeemEnrollment(context, enrollmentId);
    return issueCertificate(context, authority, publicKey, { challengeHash, enrollmentId });
  }
  if (issued.revokedAt || !issued.keyFingerprint.equals(fingerprintOfKey(publicKey))) {
    throw new Fault('forbidden', 'The challenge was used already. Download the enrolment profile again.');
  }
  return issued;
}

/** The device was given the challenge by the channel that its certificate protects. */
async function renewFor(
  context: WriteContext,
  authority: CertificateAuthority,
  publicKey: KeyObject,
  serialNumber: string,
): Promise<IssuedCertificate> {
  const renewed = await lockCertificate(context, { serialNumber });
  if (!renewed || renewed.revokedAt) {
    throw new Fault('forbidden', 'The certificate that shall be renewed was revoked.');
  }
  const issued = await findCertificateFor(context, { renewed, publicKey });
  if (issued?.revokedAt) throw new Fault('forbidden', 'The renewed certificate was revoked.');
  return issued ?? issueCertificate(context, authority, publicKey, { renewed });
}

/**
 * Issues a certificate in place of the one that the request is signed with. Asked again for the same key, the same one.
 * Faults: `malformedBody`, `invalidInput`, `forbidden`.
 */
export async function renewCertificate(
  context: WriteContext,
  authority: CertificateAuthority,
  requestBytes: Uint8Array,
  signer: X509Certificate,
): Promise<IssuedCertificate> {
  const renewed = await lockCertificate(context, { der: signer.raw });
  if (!renewed) throw new Fault('forbidden', 'The renewal is signed with a certificate of somebody else.');
  if (renewed.revokedAt) throw new Fault('forbidden', 'The certificate that signs the renewal was revoked.');
  if (renewed.certificate.validToDate <= context.now) {
    throw new Fault(
      'forbidden',
      'The certificate that signs the renewal has expired. The device must enrol again.',
    );
  }
  const { publicKey } = readCertificateRequest(requestBytes);
  const issued = await findCertificateFor(context, { renewed, publicKey });
  if (issued?.revokedAt) throw new Fault('forbidden', 'The renewed certificate was revoked.');
  return issued ?? issueCertificate(context, authority, publicKey, { renewed });
}
