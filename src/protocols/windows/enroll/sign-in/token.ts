import { Fault } from '../../../../kernel/fault.ts';
import { hexOfId, parseHexId, type Id } from '../../../../kernel/id.ts';
import { Secret } from '../../../../kernel/secret.ts';
import type { SecretBox } from '../../../../tenancy/index.ts';

/** A PC asks for its certificate right after the sign-in. */
const lifetime = 15 * 60_000;
const purpose = 'sign-in of a PC';

/** What a sign-in stands for. */
export interface SignedIn {
  readonly organizationId: Id;
  readonly enrollmentId: Id;
  readonly username: string;
}

/** A token for a PC whose user has signed in: what it stands for and its end, sealed, so that nothing has to be stored. */
export function newSignInToken(secrets: SecretBox, signedIn: SignedIn, now: Date): Secret {
  const { organizationId, enrollmentId, username } = signedIn;
  const ends = now.getTime() + lifetime;
  const content = [hexOfId(organizationId), hexOfId(enrollmentId), ends, username].join(' ');
  return new Secret(secrets.seal(new Secret(content), purpose).toString('base64url'));
}

/** Faults: `tokenInvalid`, `tokenExpired`. */
export function readSignInToken(secrets: SecretBox, token: Secret, now: Date): SignedIn {
  const [organization = '', enrollment = '', ends, ...name] = opened(secrets, token).split(' ');
  const organizationId = parseHexId(organization);
  const enrollmentId = parseHexId(enrollment);
  if (!organizationId || !enrollmentId) throw new Fault('tokenInvalid', 'The sign-in cannot be read.');
  if (!(Number(ends) > now.getTime())) {
    throw new Fault('tokenExpired', 'The sign-in was too long ago. Sign in again.');
  }
  return { organizationId, enrollmentId, username: name.join(' ') };
}

function opened(secrets: SecretBox, token: Secret): string {
  try {
    return secrets.open(Buffer.from(token.reveal(), 'base64url'), purpose).reveal();
  } catch (cause) {
    throw new Fault('tokenInvalid', 'The sign-in is none of this server.', { cause });
  }
}
