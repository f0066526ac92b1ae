import { expect, test } from 'vitest';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { deviceChannelOf, readIdentity } from './identity.ts';

const everyUser = 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF';

test.each<[string, PlistDict, object, string]>([
  ['a device', { UDID: 'A-1' }, { kind: 'device', id: 'A-1', parent: null, udid: 'A-1' }, 'A-1'],
  [
    'a user of a Mac',
    { UDID: 'A-1', UserID: 'U-1', UserShortName: 'ada', UserLongName: 'Ada Lovelace' },
    {
      kind: 'user',
      id: 'A-1:U-1',
      parent: 'A-1',
      userId: 'U-1',
      userShortName: 'ada',
      userLongName: 'Ada Lovelace',
    },
    'A-1',
  ],
  [
    'a user of a Shared iPad',
    { UDID: '00008020-000000000000002E', UserID: everyUser, UserShortName: 'ada@example.com' },
    {
      kind: 'sharedIPadUser',
      id: '00008020-000000000000002E:ada@example.com',
      parent: '00008020-000000000000002E',
    },
    '00008020-000000000000002E',
  ],
  [
    'a device of its owner',
    { EnrollmentID: 'E-1' },
    { kind: 'userEnrollment', id: 'E-1', parent: null, udid: undefined, enrollmentId: 'E-1' },
    'E-1',
  ],
  [
    'a user of a device of its owner',
    { EnrollmentID: 'E-1', EnrollmentUserID: 'U-2', UserID: 'ignored' },
    { kind: 'userEnrollmentUser', id: 'E-1:U-2', parent: 'E-1', userId: 'U-2' },
    'E-1',
  ],
  [
    'both ids: the UDID wins',
    { UDID: 'A-1', EnrollmentID: 'E-1', EnrollmentUserID: 'U-2' },
    { kind: 'device', id: 'A-1', parent: null, udid: 'A-1', enrollmentId: 'E-1' },
    'A-1',
  ],
  [
    'a user with an odd name',
    { UDID: 'A-1', UserID: 'U-1', UserLongName: `Ada\t${'x'.repeat(300)}` },
    { kind: 'user', id: 'A-1:U-1', userLongName: `Ada\t${'x'.repeat(252)}` },
    'A-1',
  ],
  ['an empty UDID', { UDID: '', EnrollmentID: 'E-1' }, { kind: 'userEnrollment', id: 'E-1' }, 'E-1'],
  ['an empty user', { UDID: 'A-1', UserID: '' }, { kind: 'device', id: 'A-1', parent: null }, 'A-1'],
])('%s', (_, dict, expected, device) => {
  const identity = readIdentity(dict);
  expect(identity).toMatchObject(expected);
  expect(deviceChannelOf(identity)).toBe(device);
});

test.each<[string, PlistDict, string]>([
  ['no id', { UserID: 'U-1' }, "The message has neither a 'UDID' nor an 'EnrollmentID'."],
  ['an id that is no text', { UDID: 5 }, "'UDID' is not a string."],
  ['an id that is too long', { UDID: 'A'.repeat(129) }, "'UDID' has more than 128 characters."],
  ['a line feed', { UDID: 'A\nB' }, "'UDID' contains characters that cannot be printed."],
  ['a direction mark', { UDID: 'A\u202eB' }, "'UDID' contains characters that cannot be printed."],
  ['the id of a user', { UDID: 'A-1:U-1' }, "'UDID' contains a colon."],
  ['the id of a user of its owner', { EnrollmentID: 'E-1:U-1' }, "'EnrollmentID' contains a colon."],
  [
    'a user of a Shared iPad without a name',
    { UDID: 'A-1', UserID: everyUser },
    "The 'UserShortName' that tells the users of a Shared iPad apart is missing.",
  ],
  [
    'a name of another type',
    { UDID: 'A-1', UserLongName: new Uint8Array(2) },
    "'UserLongName' is not a string.",
  ],
])('refused: %s', (_, dict, message) => {
  expect(() => readIdentity(dict)).toThrow(expect.objectContaining({ code: 'malformedBody', message }));
});
