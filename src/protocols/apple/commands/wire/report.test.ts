import { expect, test } from 'vitest';
import { parsePlist } from '../../../../kernel/plist/parse-plist.ts';
import type { PlistDict } from '../../../../kernel/plist/plist-value.ts';
import { writePlist } from '../../../../kernel/plist/write-plist.ts';
import { encodeCommand } from './encode-command.ts';
import { readReport } from './report.ts';

const read = (dict: PlistDict) => readReport(Buffer.from(writePlist(dict)));

test('a command is a dict of its UUID and itself', () => {
  const bytes = encodeCommand('c-1', { RequestType: 'DeviceLock', PIN: '123456' });
  expect(parsePlist(bytes)).toEqual({
    CommandUUID: 'c-1',
    Command: { RequestType: 'DeviceLock', PIN: '123456' },
  });
});

test('an idle device reports nothing', () => {
  expect(read({ UDID: 'A-1', Status: 'Idle', CommandUUID: 'odd', NotOnConsole: 'false' })).toEqual({
    identity: expect.objectContaining({ kind: 'device', id: 'A-1' }),
    status: 'Idle',
    commandUuid: undefined,
    notOnConsole: false,
    errorChain: [],
    answer: {},
  });
});

test('an answer is what the envelope leaves', () => {
  const answer = { QueryResponses: { DeviceName: 'Mac' }, __proto__x: 1 };
  const report = read({
    UDID: 'A-1',
    EnrollmentID: 'E-1',
    UserID: 'U-1',
    UserShortName: 'ada',
    UserLongName: 'Ada',
    NotOnConsole: true,
    Status: 'Acknowledged',
    CommandUUID: 'inventory:device:1',
    ...answer,
  });
  expect(report).toMatchObject({
    identity: { id: 'A-1:U-1', parent: 'A-1' },
    status: 'Acknowledged',
    commandUuid: 'inventory:device:1',
    notOnConsole: true,
  });
  expect({ ...report.answer }).toEqual(answer);
});

test.each(['NotNow', 'CommandFormatError', 'Error', 'Acknowledged'])('%s is read', (Status) => {
  expect(read({ UDID: 'A-1', Status, CommandUUID: 'c-1' })).toMatchObject({
    status: Status,
    commandUuid: 'c-1',
    errorChain: [],
  });
  expect(read({ UDID: 'A-1', Status })).toMatchObject({ commandUuid: undefined });
});

test('the causes of an error are kept, in English where the device says it so', () => {
  const chain = [
    {
      ErrorCode: 4001,
      ErrorDomain: 'MCInstallationErrorDomain',
      LocalizedDescription: 'Das Profil wurde nicht installiert.',
      USEnglishDescription: 'Profile was not installed.',
    },
    { ErrorCode: 1009, ErrorDomain: 'MCProfileErrorDomain', LocalizedDescription: 'Ungültig' },
    { ErrorCode: 'x', ErrorDomain: 5, LocalizedDescription: 'y'.repeat(2_000) },
    { ErrorCode: 2n ** 63n, ErrorDomain: '' },
    'no dict',
  ];
  expect(read({ UDID: 'A-1', Status: 'Error', CommandUUID: 'c', ErrorChain: chain }).errorChain).toEqual([
    { domain: 'MCInstallationErrorDomain', code: 4001, description: 'Profile was not installed.' },
    { domain: 'MCProfileErrorDomain', code: 1009, description: 'Ungültig' },
    { domain: null, code: null, description: 'y'.repeat(1_024) },
    { domain: null, code: null, description: null },
  ]);
});

test('an endless chain is cut', () => {
  const chain = Array.from({ length: 1_000 }, (_, code) => ({ ErrorCode: code }));
  const { errorChain } = read({ UDID: 'A-1', Status: 'Error', ErrorChain: chain });
  expect(errorChain).toHaveLength(16);
});

test('a description is not cut inside of a character', () => {
  const chain = [{ LocalizedDescription: `${'y'.repeat(1_023)}😀` }];
  const { errorChain } = read({ UDID: 'A-1', Status: 'Error', ErrorChain: chain });
  expect(errorChain[0]?.description?.isWellFormed()).toBe(true);
});

test.each<[PlistDict, string]>([
  [{ UDID: 'A-1' }, "'Status' is missing or empty."],
  [{ UDID: 'A-1', Status: true }, "'Status' is not a string."],
  [
    { UDID: 'A-1', Status: 'idle' },
    "'Status' is 'idle', not one of Idle, Acknowledged, Error, CommandFormatError, NotNow.",
  ],
  [{ Status: 'Idle' }, "The message has neither a 'UDID' nor an 'EnrollmentID'."],
  [{ UDID: 'A-1', Status: 'Acknowledged', CommandUUID: 7 }, "'CommandUUID' is not a string."],
  [
    { UDID: 'A-1', Status: 'Acknowledged', CommandUUID: 'c'.repeat(256) },
    "'CommandUUID' has more than 255 characters.",
  ],
  [{ UDID: 'A-1', Status: 'Error', ErrorChain: {} }, "'ErrorChain' is not an array."],
  [{ UDID: 'A-1', Status: 'Idle', NotOnConsole: 'maybe' }, "'NotOnConsole' is neither true nor false."],
])('refused: %j', (dict, message) => {
  expect(() => read(dict)).toThrow(expect.objectContaining({ code: 'malformedBody', message }));
});
