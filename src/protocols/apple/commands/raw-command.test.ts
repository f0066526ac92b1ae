import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selfSigned } from '../../../../test/simulated-devices/apple/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { Json } from '../../../kernel/json.ts';
import { parsePlist } from '../../../kernel/plist/parse-plist.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import { signContent } from '../../../cms/index.ts';
import { appleCommands } from './commands.ts';
import { readRawCommand, type RawCommandTarget } from './raw-command.ts';

const mac: RawCommandTarget = {
  os: 'macOS',
  osVersion: '15.1',
  supervised: true,
  channel: 'device',
  enrollmentProfile: 'muster.1.enrollment',
};

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
const profileOf = (content: PlistDict) =>
  writePlist({ PayloadType: 'Configuration', PayloadIdentifier: 'own.profile', ...content });

test('the same command in each of its forms', () => {
  const command = { RequestType: 'EraseDevice', PIN: '123456' };
  const expected = {
    requestType: 'EraseDevice',
    arguments: { PIN: '123456' },
    raw: null,
    repeatable: false,
  };
  const wrapped = { Command: command, CommandUUID: 'theirs' };
  for (const body of [command, wrapped, writePlist(command), Buffer.from(writePlist(wrapped))]) {
    expect(readRawCommand(body, mac)).toEqual(expected);
  }
});

test('data of a known command are Base64, in either form', () => {
  const profile = profileOf({ PayloadContent: [{ PayloadType: 'com.apple.wifi.managed' }] });
  const expected = {
    requestType: 'InstallProfile',
    arguments: { Payload: base64(profile) },
    repeatable: true,
  };
  const asPlist = writePlist({ RequestType: 'InstallProfile', Payload: Buffer.from(profile) });
  expect(readRawCommand({ RequestType: 'InstallProfile', Payload: base64(profile) }, mac)).toMatchObject(
    expected,
  );
  expect(readRawCommand(asPlist, mac)).toMatchObject(expected);
});

test('a command that is not known is sent as it came, once', () => {
  const settings = { RequestType: 'Settings', Settings: [{ Item: 'Bluetooth', Enabled: true, Level: 1.5 }] };
  const json = readRawCommand({ Command: settings }, mac);
  expect(json).toMatchObject({
    requestType: 'Settings',
    arguments: { Settings: settings.Settings },
    repeatable: false,
  });
  expect(parsePlist(Buffer.from(json.raw!))).toEqual(settings);
  const wallpaper = {
    RequestType: 'Settings',
    Settings: [{ Item: 'Wallpaper', Image: Uint8Array.from(Buffer.from('png')) }],
  };
  const plist = readRawCommand(writePlist({ Command: wallpaper }), mac);
  expect(plist.arguments).toEqual({ Settings: [{ Item: 'Wallpaper', Image: base64('png') }] });
  expect(parsePlist(Buffer.from(plist.raw!))).toEqual(wallpaper);
});

test.each<[string, Json, string, string]>([
  ['no object', [], 'body', 'must be an object with a "RequestType"'],
  ['nothing', null, 'body', 'must be an object with a "RequestType"'],
  ['a wrapped text', { Command: 'EraseDevice' }, 'Command', 'must be an object with a "RequestType"'],
  ['no request type', {}, 'RequestType', 'must be the name of a command, such as "RestartDevice"'],
  [
    'a request type that is no name',
    { Command: { RequestType: 'Erase Device' } },
    'Command.RequestType',
    'must be the name of a command, such as "RestartDevice"',
  ],
  [
    'more than a command',
    { Command: { RequestType: 'RestartDevice' }, Priority: 1 },
    'Priority',
    'is not a known property beside "Command"',
  ],
  [
    'an argument that is not known',
    { Command: { RequestType: 'RestartDevice', Force: true } },
    'Command.Force',
    'is not a known property',
  ],
  ['a short PIN', { RequestType: 'DeviceLock', PIN: '1' }, 'PIN', 'must be six digits'],
  ['no PIN for a Mac', { RequestType: 'EraseDevice' }, 'PIN', 'is required by EraseDevice on macOS'],
  [
    'null',
    { RequestType: 'Settings', Settings: [{ Item: null }] },
    'Settings[0].Item',
    'is null, which a property list cannot hold',
  ],
  [
    'the enrolment profile',
    { RequestType: 'RemoveProfile', Identifier: 'muster.1.enrollment' },
    'Identifier',
    'is the profile by which the device is enrolled: without it, nobody manages the device. Retire or delete the device instead',
  ],
  [
    'declarations',
    { RequestType: 'DeclarativeManagement' },
    'RequestType',
    'The server tells devices by itself when they have other declarations.',
  ],
  [
    'another enrolment profile',
    {
      RequestType: 'InstallProfile',
      Payload: base64(profileOf({ PayloadIdentifier: 'muster.1.enrollment' })),
    },
    'Payload',
    'says who manages the device, which the server does by itself when the device enrols',
  ],
  [
    'no profile',
    { RequestType: 'InstallProfile', Payload: base64('hello') },
    'Payload',
    'is not a configuration profile, neither plain nor signed',
  ],
  [
    'no profile in a signature',
    { RequestType: 'InstallProfile', Payload: base64(new Uint8Array([0x30, 3, 2, 1, 5])) },
    'Payload',
    'is not a configuration profile, neither plain nor signed',
  ],
])('refused: %s', (_, body, path, message) => {
  expect(() => readRawCommand(body, mac)).toThrow(
    expect.objectContaining({ code: 'invalidInput', violations: [{ path, message }] }),
  );
});

test('other profiles may be removed', () => {
  const command = { RequestType: 'RemoveProfile', Identifier: 'own.profile' };
  expect(readRawCommand(command, mac)).toMatchObject({ arguments: { Identifier: 'own.profile' } });
});

test('a signed profile is looked into', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const { certificate } = selfSigned(keys.privateKey, keys.publicKey);
  const sign = (profile: string) => {
    const signed = signContent({ certificate: certificate.raw, key: keys.privateKey }, Buffer.from(profile));
    return { RequestType: 'InstallProfile', Payload: base64(signed) };
  };
  const management = profileOf({ PayloadContent: [{ PayloadType: 'com.apple.mdm' }] });
  expect(() => readRawCommand(sign(management), mac)).toThrow(/says who manages the device/);
  expect(readRawCommand(sign(profileOf({ PayloadContent: [] })), mac)).toMatchObject({ repeatable: true });
});

test('what is no property list is malformed', () => {
  expect(() => readRawCommand('RequestType: EraseDevice', mac)).toThrow(
    expect.objectContaining({ code: 'malformedBody' }),
  );
});

test('any JSON is a command or refused', () => {
  const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2_000);
  const names = ['PIN', 'Payload', 'Identifier', 'Queries', 'ReturnToService', 'Data', 'Command', 'Other'];
  const requestType = fc.oneof(
    fc.constantFrom(...appleCommands.map((command) => command.requestType), 'Settings'),
    fc.jsonValue(),
  );
  const body = fc
    .tuple(requestType, fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { maxKeys: 3 }))
    .map(([type, rest]) => Object.assign({ RequestType: type }, rest) as Json);
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(body, fc.jsonValue() as fc.Arbitrary<Json>), (input) => {
      try {
        const { requestType: known, raw } = readRawCommand(input, mac);
        if (raw !== null) expect(parsePlist(Buffer.from(raw))).toMatchObject({ RequestType: known });
      } catch (error) {
        refused++;
        if (!(error instanceof Fault)) throw error;
      }
    }),
    { numRuns },
  );
  expect(refused).toBeGreaterThan(numRuns / 4);
  expect(refused).toBeLessThan(numRuns);
});
