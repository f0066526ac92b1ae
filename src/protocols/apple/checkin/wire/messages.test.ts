import { expect, test } from 'vitest';
import { binaryListOf } from '../../../../kernel/plist/fixtures/binary-list.ts';
import type { PlistDict } from '../../../../kernel/plist/plist-value.ts';
import { writePlist } from '../../../../kernel/plist/write-plist.ts';
import { readCheckIn } from './messages.ts';

const topic = 'com.apple.mgmt.External.1';
const device = { UDID: 'A-1' };
const identity = { kind: 'device', id: 'A-1', parent: null };
const octets = (length: number) => new Uint8Array(length).fill(7);
const bytesOf = (dict: PlistDict) => Buffer.from(writePlist(dict));

test.each<[string, PlistDict, object]>([
  [
    'Authenticate',
    {
      ...device,
      Topic: topic,
      OSVersion: '15.1',
      BuildVersion: '24B83',
      ProductName: 'Mac14,2',
      SerialNumber: 'C02XX',
      DeviceName: "Ada's Mac",
      Model: 'Mac14,2',
      ModelName: 'MacBook Air',
      Challenge: octets(16),
    },
    {
      topic,
      device: {
        OSVersion: '15.1',
        BuildVersion: '24B83',
        ProductName: 'Mac14,2',
        SerialNumber: 'C02XX',
        DeviceName: "Ada's Mac",
        Model: 'Mac14,2',
        ModelName: 'MacBook Air',
      },
    },
  ],
  ['Authenticate', { ...device, Topic: topic }, { topic, device: {} }],
  [
    'TokenUpdate',
    {
      ...device,
      Topic: topic,
      Token: octets(32),
      PushMagic: 'magic',
      UnlockToken: octets(2_000),
      AwaitingConfiguration: true,
      NotOnConsole: false,
    },
    {
      topic,
      token: octets(32),
      pushMagic: 'magic',
      unlockToken: octets(2_000),
      awaitingConfiguration: true,
      notOnConsole: false,
    },
  ],
  [
    'TokenUpdate',
    { ...device, Topic: topic, Token: octets(9), PushMagic: 'magic', NotOnConsole: 'false' },
    {
      topic,
      token: octets(9),
      pushMagic: 'magic',
      unlockToken: undefined,
      awaitingConfiguration: undefined,
      notOnConsole: false,
    },
  ],
  ['CheckOut', device, {}],
  ['SetBootstrapToken', { ...device, BootstrapToken: octets(40) }, { bootstrapToken: octets(40) }],
  [
    'SetBootstrapToken',
    { ...device, BootstrapToken: octets(0), AwaitingConfiguration: false },
    { bootstrapToken: null, awaitingConfiguration: false },
  ],
  ['SetBootstrapToken', device, { bootstrapToken: null, awaitingConfiguration: undefined }],
  ['GetBootstrapToken', device, {}],
  ['DeclarativeManagement', { ...device, Endpoint: 'tokens' }, { endpoint: 'tokens', data: undefined }],
  [
    'DeclarativeManagement',
    { ...device, Endpoint: 'status', Data: octets(3) },
    { endpoint: 'status', data: octets(3) },
  ],
  [
    'GetToken',
    { ...device, TokenServiceType: 'com.apple.maid' },
    { service: 'com.apple.maid', parameters: {} },
  ],
  [
    'GetToken',
    {
      ...device,
      TokenServiceType: 'com.apple.watch.pairing',
      TokenParameters: { SecurityToken: 's', PhoneUDID: 'p', WatchUDID: 'w', Other: 1 },
    },
    {
      service: 'com.apple.watch.pairing',
      parameters: { SecurityToken: 's', PhoneUDID: 'p', WatchUDID: 'w' },
    },
  ],
])('%s is read, as XML and as binary', (type, content, expected) => {
  const message = { MessageType: type, ...content };
  for (const bytes of [bytesOf(message), binaryListOf(message)]) {
    const read = readCheckIn(bytes);
    expect(read).toMatchObject({ type, identity });
    expect(read).toEqual(expect.objectContaining(expected));
  }
});

test('UserAuthenticate is read, first without and then with the answer to the challenge', () => {
  const message = { MessageType: 'UserAuthenticate', UDID: 'A-1', UserID: 'U-1' };
  const user = { kind: 'user', id: 'A-1:U-1', parent: 'A-1' };
  expect(readCheckIn(bytesOf(message))).toMatchObject({ identity: user, digestResponse: undefined });
  expect(readCheckIn(bytesOf({ ...message, DigestResponse: 'd' }))).toMatchObject({ digestResponse: 'd' });
});

test('an endless name keeps no device from enrolling', () => {
  const message = { ...device, MessageType: 'Authenticate', Topic: topic, DeviceName: 'x'.repeat(300) };
  expect(readCheckIn(bytesOf(message))).toMatchObject({ device: { DeviceName: 'x'.repeat(256) } });
});

test('a message that is not known is told from one that is not right', () => {
  expect(readCheckIn(bytesOf({ ...device, MessageType: 'ReturnToService' }))).toMatchObject({
    type: 'unknown',
    messageType: 'ReturnToService',
    identity,
  });
  for (const MessageType of ['__proto__', 'constructor', 'authenticate']) {
    expect(readCheckIn(bytesOf({ ...device, MessageType }))).toMatchObject({ type: 'unknown' });
  }
});

const tokenUpdate = {
  ...device,
  MessageType: 'TokenUpdate',
  Topic: topic,
  Token: octets(32),
  PushMagic: 'm',
};

test.each<[PlistDict, string]>([
  [device, "'MessageType' is missing or empty."],
  [{ ...device, MessageType: 1 }, "'MessageType' is not a string."],
  [{ ...device, MessageType: 'A'.repeat(65) }, "'MessageType' has more than 64 characters."],
  [{ MessageType: 'CheckOut' }, "The message has neither a 'UDID' nor an 'EnrollmentID'."],
  [{ ...device, MessageType: 'Authenticate' }, "'Topic' is missing or empty."],
  [
    { ...device, MessageType: 'Authenticate', Topic: 'com.example' },
    "The topic 'com.example' does not begin with 'com.apple.mgmt.'.",
  ],
  [
    { ...device, UserID: 'U-1', MessageType: 'Authenticate', Topic: topic },
    "A user's channel has no 'Authenticate'.",
  ],
  [
    { ...device, MessageType: 'Authenticate', Topic: topic, SerialNumber: 5 },
    "'SerialNumber' is not a string.",
  ],
  [{ ...tokenUpdate, Token: octets(0) }, "'Token' is missing or empty."],
  [{ ...tokenUpdate, Token: 'text' }, "'Token' is not data."],
  [{ ...tokenUpdate, Token: octets(1_025) }, "'Token' has more than 1024 octets."],
  [{ ...tokenUpdate, PushMagic: '' }, "'PushMagic' is missing or empty."],
  [{ ...tokenUpdate, UnlockToken: octets(65_537) }, "'UnlockToken' has more than 65536 octets."],
  [{ ...tokenUpdate, NotOnConsole: 'no' }, "'NotOnConsole' is neither true nor false."],
  [{ ...tokenUpdate, NotOnConsole: 'toString' }, "'NotOnConsole' is neither true nor false."],
  [{ ...tokenUpdate, AwaitingConfiguration: 1 }, "'AwaitingConfiguration' is neither true nor false."],
  [{ ...device, MessageType: 'UserAuthenticate' }, "'UserAuthenticate' does not say which user."],
  [
    { ...device, MessageType: 'SetBootstrapToken', BootstrapToken: octets(65_537) },
    "'BootstrapToken' has more than 65536 octets.",
  ],
  [{ ...device, MessageType: 'DeclarativeManagement' }, "'Endpoint' is missing or empty."],
  [{ ...device, MessageType: 'GetToken' }, "'TokenServiceType' is missing or empty."],
  [
    { ...device, MessageType: 'GetToken', TokenServiceType: 's', TokenParameters: [] },
    "'TokenParameters' is not a dict.",
  ],
])('refused: %j', (message, problem) => {
  expect(() => readCheckIn(bytesOf(message))).toThrow(
    expect.objectContaining({ code: 'malformedBody', message: problem }),
  );
});

test.each([
  ['nothing', ''],
  ['no property list', 'MessageType=CheckOut'],
  ['a list', '<plist version="1.0"><array/></plist>'],
  ['a list that ends early', writePlist(tokenUpdate).slice(0, -30)],
])('refused: %s', (_, text) => {
  expect(() => readCheckIn(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'malformedBody' }));
});
