import { expect, test } from 'vitest';
import type { Json } from '../../../kernel/json.ts';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import { documentOf, factsOf, organizationHex, rawValue } from '../delivery/fixtures/documents.ts';
import { deliveryOf } from '../delivery/delivery.ts';

const list = {
  PayloadType: 'Configuration',
  PayloadIdentifier: 'com.example.wifi',
  PayloadUUID: 'E5A0D9F4-0000-4000-8000-000000000001',
  PayloadDisplayName: 'Office Wi-Fi',
};

function delivered(value: Json, key = 'profile/com.example.wifi') {
  return deliveryOf(documentOf('macOS', { [key]: value }), factsOf('macOS'));
}

test('a profile of somebody is sent byte for byte and known by what it says of itself', () => {
  const bytes = Buffer.from(`\n\n${writePlist(list).replaceAll('\t', '  ')}\n<!-- as it was -->`);
  const { wanted, undeliverable } = delivered(rawValue(bytes));
  expect(undeliverable).toEqual([]);
  expect(wanted).toEqual([
    {
      item: 'profile/com.example.wifi',
      via: 'profile',
      channel: 'device',
      identifier: 'com.example.wifi',
      uuid: list.PayloadUUID,
      hash: expect.stringMatching(/^[\w-]{43}$/),
      displayName: 'Office Wi-Fi',
      keys: ['profile/com.example.wifi'],
      removable: true,
      bytes,
    },
  ]);
});

test('two versions with one PayloadUUID are two contents', () => {
  const [before] = delivered(rawValue(list)).wanted;
  const [after] = delivered(rawValue({ ...list, PayloadDescription: 'New' })).wanted;
  expect(after).toMatchObject({ uuid: list.PayloadUUID });
  expect(after!.hash).not.toBe(before!.hash);
});

test('the user channel, the right to remove it, and the name without one in the profile', () => {
  const { PayloadDisplayName: _name, ...nameless } = list;
  const value = rawValue(
    { ...nameless, PayloadRemovalDisallowed: true },
    { deploymentChannel: 'userChannel' },
  );
  expect(delivered(value).wanted[0]).toMatchObject({
    channel: 'user',
    removable: false,
    displayName: 'Title of profile/com.example.wifi',
  });
});

test('a signed profile', () => {
  const content = Buffer.from(writePlist(list));
  const length = (size: number) => [0x82, size >> 8, size & 0xff];
  const type = Buffer.from('06092a864886f70d010701', 'hex');
  const octets = Buffer.from([0x04, ...length(content.length), ...content]);
  const signed = Buffer.from([
    0x30,
    ...length(type.length + 4 + octets.length),
    ...type,
    0xa0,
    ...length(octets.length),
    ...octets,
  ]);
  expect(delivered(rawValue(signed)).wanted[0]).toMatchObject({
    identifier: 'com.example.wifi',
    uuid: list.PayloadUUID,
    bytes: signed,
  });
});

const { PayloadUUID: _uuid, ...withoutUuid } = list;
const { PayloadIdentifier: _identifier, ...withoutIdentifier } = list;

test.each<[string, Json, RegExp]>([
  ['no Base64', { payload: '&' }, /Base64/],
  ['no payload', 'text', /Base64/],
  ['no property list', rawValue(Buffer.from('hello')), /cannot be read/],
  ['a list without a dictionary', rawValue(['PayloadIdentifier']), /cannot be read/],
  ['no identifier', rawValue(withoutIdentifier), /no PayloadIdentifier/],
  ['an empty identifier', rawValue({ ...list, PayloadIdentifier: ' ' }), /no PayloadIdentifier/],
  ['no UUID', rawValue(withoutUuid), /no PayloadUUID/],
  ['a UUID that is no text', rawValue({ ...list, PayloadUUID: 1 }), /no PayloadUUID/],
  [
    "an identifier of the server's own",
    rawValue({ ...list, PayloadIdentifier: `muster.${organizationHex}.enrollment` }),
    /would replace one of them/,
  ],
])('what cannot be sent is named: %s', (_name, value, reason) => {
  const { wanted, undeliverable } = delivered(value, 'profile/x');
  expect(wanted).toEqual([]);
  expect(undeliverable).toEqual([
    { item: 'profile/x', keys: ['profile/x'], reason: expect.stringMatching(reason) },
  ]);
});
