import { createHash } from 'node:crypto';
import { Fault } from '../../../kernel/fault.ts';
import { hexOfId, parseHexId, type Id } from '../../../kernel/id.ts';
import { Secret } from '../../../kernel/secret.ts';
import type { SecretBox } from '../../../tenancy/index.ts';

/** A profile is installed soon after it was downloaded. */
const lifetime = 24 * 3_600_000;

/** What a challenge stands for. */
interface Challenged {
  readonly enrollmentId: Id;
  /** Serial number of the certificate that a device has, where it shall get another one. */
  readonly renews?: string | undefined;
}

/**
 * A challenge for one device that enrols: the enrolment and an end, sealed, so that none has to be stored before it is used and nobody can
 * make one up. It is hexadecimal text, which every client can put into its request.
 */
export function newChallenge(
  secrets: SecretBox,
  organizationId: Id,
  { enrollmentId, renews }: Challenged,
  now: Date,
): Secret {
  const content = [hexOfId(enrollmentId), now.getTime() + lifetime, renews ?? ''].join('.');
  return new Secret(secrets.seal(new Secret(content), purposeOf(organizationId)).toString('hex'));
}

/** What a challenge is good for: one certificate, for which its hash stands. Faults: `forbidden`. */
export function readChallenge(
  secrets: SecretBox,
  organizationId: Id,
  challenge: string | undefined,
  now: Date,
): Challenged & { readonly challengeHash: Buffer } {
  if (challenge === undefined || !/^[0-9a-f]{58,512}$/i.test(challenge)) {
    throw new Fault('forbidden', 'The request has no challenge of this server.');
  }
  const sealed = Buffer.from(challenge, 'hex');
  const [hex = '', end, renews] = opened(secrets, organizationId, sealed).split('.');
  const enrollmentId = parseHexId(hex);
  if (!enrollmentId || !(Number(end) > now.getTime())) {
    throw new Fault('forbidden', 'The challenge has expired. Download the enrolment profile again.');
  }
  const challengeHash = createHash('sha256').update(sealed).digest();
  return { enrollmentId, challengeHash, renews: renews || undefined };
}

function opened(secrets: SecretBox, organizationId: Id, sealed: Buffer): string {
  try {
    return secrets.open(sealed, purposeOf(organizationId)).reveal();
  } catch (cause) {
    throw new Fault('forbidden', 'The challenge was not given out by this server.', { cause });
  }
}

function purposeOf(organizationId: Id): string {
  return `SCEP challenge:${organizationId}`;
}
