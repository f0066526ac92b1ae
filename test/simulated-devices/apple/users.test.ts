import { expect, test } from 'vitest';
import { configurationProfile, enrolledDevice, passcodeType } from './device-for-test.ts';
import { dict, writePlist } from './plist.ts';

const ada = { kind: 'mac', userId: 'A1', shortName: 'ada', longName: 'Ada Lovelace' } as const;

test('a user of a Mac has a channel of his own', async () => {
  const { server, device } = await enrolledDevice();
  const user = (await device.user(ada))!;
  const ids = {
    UDID: device.hardware.udid,
    UserID: 'A1',
    UserShortName: 'ada',
    UserLongName: 'Ada Lovelace',
  };
  expect(server.checkIns).toMatchObject([{ MessageType: 'TokenUpdate', ...ids }]);
  expect(user.channel.pushToken).not.toEqual(device.channel.pushToken);

  const profile = configurationProfile('of ada', [['com.apple.domains', { EmailDomains: ['a.example'] }]]);
  server.send('InstallProfile', { Payload: profile });
  server.send('EraseDevice', { PIN: '123456' });
  expect(await device.onPush(user.channel.pushMagic)).toMatchObject([
    { requestType: 'InstallProfile', status: 'Acknowledged' },
    { requestType: 'EraseDevice', status: 'Error' },
  ]);
  expect(server.reports[0]).toEqual({ ...ids, Status: 'Idle' });
  expect(user.effective('com.apple.domains')).toEqual({ EmailDomains: ['a.example'] });
  expect(device.effective('com.apple.domains')).toEqual({});
  expect(await device.user(ada)).toMatchObject({ channel: user.channel });
});

test('a user of a directory proves who he is', async () => {
  const { server, device } = await enrolledDevice();
  server.answers.set('UserAuthenticate', { body: writePlist({ DigestChallenge: 'Digest nonce="1"' }) });
  expect(await device.user({ ...ada, isOfDirectory: true })).toBeDefined();
  expect(server.checkIns.map(({ MessageType }) => MessageType)).toEqual([
    'UserAuthenticate',
    'UserAuthenticate',
    'TokenUpdate',
  ]);
  expect(server.checkIns[0]).toMatchObject({ UserID: 'A1' });
  expect(server.checkIns[1]!['DigestResponse']).toMatch(/^Digest /);
});

test('a user of a directory may be let in without, or not be wanted', async () => {
  const { server, device } = await enrolledDevice();
  server.answers.set('UserAuthenticate', { body: writePlist({ DigestChallenge: '' }) });
  expect(await device.user({ ...ada, isOfDirectory: true })).toBeDefined();
  expect(server.checkIns).toHaveLength(2);
  server.answers.set('UserAuthenticate', { status: 410 });
  expect(await device.user({ ...ada, userId: 'B2', isOfDirectory: true })).toBeUndefined();
  server.answers.set('UserAuthenticate', { status: 500 });
  await expect(device.user({ ...ada, userId: 'B2', isOfDirectory: true })).rejects.toThrow(/500/);
});

test('without channels for users no user signs in', async () => {
  const { server, device } = await enrolledDevice();
  const profile = server.profile((payloads) =>
    payloads.map((payload) => dict(Object.assign(payload, { ServerCapabilities: undefined }))),
  );
  await device.enroll(profile);
  await expect(device.user(ada)).rejects.toThrow(/not said that it manages users/);
});

test('users of a Shared iPad differ by their short name', async () => {
  const { server, device } = await enrolledDevice({ hardware: { kind: 'ipad' } });
  await device.user({ kind: 'sharedIpad', shortName: 'grace' });
  expect(server.checkIns).toMatchObject([
    {
      UDID: device.hardware.udid,
      UserID: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      UserShortName: 'grace',
    },
  ]);
  expect(server.checkIns[0]).not.toHaveProperty('UnlockToken');
});

test('the person of a user enrolment has an id of that', async () => {
  const { server, device } = await enrolledDevice({ hardware: { kind: 'iphone' }, isUserEnrollment: true });
  const user = await device.user({ kind: 'userEnrollment', enrollmentUserId: 'person' });
  const { EnrollmentID } = device.channel.ids;
  expect(server.checkIns).toMatchObject([{ EnrollmentID, EnrollmentUserID: 'person' }]);
  expect(server.checkIns[0]).not.toHaveProperty('UDID');
  expect(user!.effective(passcodeType)).toEqual({});
});
