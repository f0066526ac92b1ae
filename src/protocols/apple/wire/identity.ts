import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { malformed, nameOf, textOf } from './fields.ts';

/**
 * Who sends a message: a device, or one of its users. Each of them has commands, a push token and profiles of its own. `id` is unique
 * among the channels of an organization and stays the same for as long as the device is enrolled.
 */
export interface AppleIdentity {
  /** `user…` of a Mac, `sharedIPadUser` of a Shared iPad, `userEnrollment…` where the person enrolled a device of their own. */
  readonly kind: 'device' | 'user' | 'sharedIPadUser' | 'userEnrollment' | 'userEnrollmentUser';
  readonly id: string;
  /** The id of the device's own channel; null when this is it. */
  readonly parent: string | null;
  readonly udid: string | undefined;
  readonly enrollmentId: string | undefined;
  /** `UserID` or `EnrollmentUserID`. */
  readonly userId: string | undefined;
  readonly userShortName: string | undefined;
  readonly userLongName: string | undefined;
}

/** The keys of a message that say who sends it. */
export const identityKeys: ReadonlySet<string> = new Set([
  'UDID',
  'EnrollmentID',
  'UserID',
  'EnrollmentUserID',
  'UserShortName',
  'UserLongName',
]);

const longestId = 128;
const longestName = 256;
/** What every user of a Shared iPad has as `UserID`. */
const sharedIPadUserId = 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF';

/**
 * Reads who sends a message. A device that names both has its `UDID` for an id. A UDID has no one form: Macs have upper-case UUIDs, other
 * devices 40 or 25 characters. Faults: `malformedBody`.
 */
export function readIdentity(dict: PlistDict): AppleIdentity {
  const udid = deviceIdOf(dict, 'UDID');
  const enrollmentId = deviceIdOf(dict, 'EnrollmentID');
  const names = {
    userShortName: printableOf(dict, 'UserShortName', longestId),
    userLongName: nameOf(dict, 'UserLongName', longestName),
  };
  const device = udid ?? enrollmentId;
  if (device === undefined) throw malformed("The message has neither a 'UDID' nor an 'EnrollmentID'");
  const userId = printableOf(dict, udid === undefined ? 'EnrollmentUserID' : 'UserID', longestId);
  const known = { udid, enrollmentId, userId, ...names };
  if (userId === undefined) {
    return { kind: udid === undefined ? 'userEnrollment' : 'device', id: device, parent: null, ...known };
  }
  if (udid === undefined) {
    return { kind: 'userEnrollmentUser', id: `${device}:${userId}`, parent: device, ...known };
  }
  if (userId !== sharedIPadUserId)
    return { kind: 'user', id: `${device}:${userId}`, parent: device, ...known };
  if (names.userShortName === undefined) {
    throw malformed("The 'UserShortName' that tells the users of a Shared iPad apart is missing");
  }
  return { kind: 'sharedIPadUser', id: `${device}:${names.userShortName}`, parent: device, ...known };
}

/** The id of the device's own channel, whoever sends the message. */
export function deviceChannelOf({ id, parent }: AppleIdentity): string {
  return parent ?? id;
}

/** A colon would let a device take the id of another one's user. */
function deviceIdOf(dict: PlistDict, key: string): string | undefined {
  const text = printableOf(dict, key, longestId);
  if (text?.includes(':')) throw malformed(`'${key}' contains a colon`);
  return text;
}

function printableOf(dict: PlistDict, key: string, longest: number): string | undefined {
  const text = textOf(dict, key, longest);
  if (text !== undefined && !/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(text)) {
    throw malformed(`'${key}' contains characters that cannot be printed`);
  }
  return text;
}
