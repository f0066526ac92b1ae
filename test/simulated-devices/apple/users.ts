import { ServerRefusal } from '../server-refusal.ts';
import { newChannel, tokenUpdate } from './enrollment.ts';
import { checkInMessage } from './messages.ts';
import { readDict, textIn } from './plist.ts';
import { enrollmentOf, type Channel, type Device } from './state.ts';

/** A user of a device. */
export type DeviceUser =
  /** Of a Mac; a directory's user proves who he is. */
  | {
      readonly kind: 'mac';
      readonly userId: string;
      readonly shortName: string;
      readonly longName: string;
      readonly isOfDirectory?: boolean;
    }
  /** Of a Shared iPad: told apart by the short name alone. */
  | { readonly kind: 'sharedIpad'; readonly shortName: string }
  /** The person whose own device it is. */
  | { readonly kind: 'userEnrollment'; readonly enrollmentUserId: string };

/** The answer to a challenge; no server here checks it. */
const digestResponse = 'Digest username="user", response="00000000000000000000000000000000"';

/**
 * Signs a user in, whose channel it is then. Undefined where the server does not want to manage this user (410).
 * Throws where the enrolment has no channels for users, and `ServerRefusal`.
 */
export async function signInUser(device: Device, user: DeviceUser): Promise<Channel | undefined> {
  const { state } = device;
  const enrollment = enrollmentOf(device);
  const isForUsers = enrollment.serverCapabilities.includes('com.apple.mdm.per-user-connections');
  if (user.kind !== 'userEnrollment' && !isForUsers) {
    throw new Error('the server has not said that it manages users');
  }
  const name = JSON.stringify(user);
  const channel = state.users.get(name) ?? newChannel(device, idsOf(device, user), true);
  const proves = user.kind === 'mac' && user.isOfDirectory === true;
  if (proves && !(await authenticateUser(device, channel))) return undefined;
  await tokenUpdate(device, enrollment, channel);
  state.users.set(name, channel);
  return channel;
}

function idsOf({ state }: Device, user: DeviceUser): Readonly<Record<string, string>> {
  const { ids } = state.device;
  switch (user.kind) {
    case 'mac':
      return { ...ids, UserID: user.userId, UserShortName: user.shortName, UserLongName: user.longName };
    case 'sharedIpad': {
      const UserID = 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF';
      return { ...ids, UserID, UserShortName: user.shortName, UserLongName: user.shortName };
    }
    case 'userEnrollment':
      return { ...ids, EnrollmentUserID: user.enrollmentUserId };
  }
}

/** https://developer.apple.com/documentation/devicemanagement/userauthenticate */
async function authenticateUser(device: Device, channel: Channel): Promise<boolean> {
  const enrollment = enrollmentOf(device);
  const message = { MessageType: 'UserAuthenticate' };
  try {
    const answer = await checkInMessage(device, enrollment, channel, message);
    const challenge = answer.length === 0 ? '' : (textIn(readDict(answer), 'DigestChallenge') ?? '');
    if (challenge !== '') {
      const response = { ...message, DigestResponse: digestResponse };
      await checkInMessage(device, enrollment, channel, response);
    }
    return true;
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 410) return false;
    throw error;
  }
}
