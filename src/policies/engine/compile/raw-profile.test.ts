import { expect, test } from 'vitest';
import type { JsonObject } from '../../../kernel/json.ts';
import { idOf } from '../fixtures/policies.ts';
import { compilePolicy } from './kinds.ts';
import { profileIdentifier } from './profile-identifier.ts';

const profile = (body: string) => `<?xml version="1.0"?><!DOCTYPE plist><plist version="1.0">${body}</plist>`;
const identified = (identifier: string) =>
  profile(`<dict>
    <key>PayloadContent</key><array><dict><key>PayloadIdentifier</key><string>inner</string></dict></array>
    <key>PayloadIdentifier</key>
    <string>${identifier}</string>
    <key>PayloadVersion</key><integer>1</integer></dict>`);

test.each([
  ['the outermost', identified('com.example.wifi'), 'com.example.wifi'],
  ['entities', identified('a&amp;b&#x20;&#99;'), 'a&b c'],
  ['CDATA', identified('<![CDATA[a<b]]>'), 'a<b'],
  [
    'a comment in front',
    identified('x').replace('<dict>', '<!-- <dict><key>PayloadIdentifier</key> --><dict>'),
    'x',
  ],
  ['an empty array', identified('x').replace(/<array>.*<\/array>/, '<array/>'), 'x'],
  ['none', profile('<dict><key>PayloadUUID</key><string>u</string></dict>'), undefined],
  ['an empty one', identified(''), undefined],
  [
    'only inner ones',
    profile('<dict><key>A</key><dict><key>PayloadIdentifier</key><string>i</string></dict></dict>'),
    undefined,
  ],
  ['a value that ends nowhere', profile('<dict><key>PayloadIdentifier</key><string>x'), undefined],
  ['no property list', 'bplist00', undefined],
])('finds the identifier: %s', (_name, text, expected) => {
  expect(profileIdentifier(Buffer.from(text))).toBe(expected);
});

test('finds the identifier in a signed profile', () => {
  const signed = Buffer.concat([
    Buffer.from([0x30, 0x82, 0xff]),
    Buffer.from(identified('s')),
    Buffer.from([0xa0, 0x80]),
  ]);
  expect(profileIdentifier(signed)).toBe('s');
});

test.each([
  '<!--',
  '<![CDATA[',
  '<dict',
  '<dict ',
  '<string>',
  '<key>',
  '<key>PayloadIdentifier</key><string>&#',
])('is not slow when %j comes a hundred thousand times', (piece) => {
  expect(profileIdentifier(Buffer.from(profile(`<dict>${piece.repeat(100_000)}</dict>`)))).toBeUndefined();
});

const kinds = ['macOSCustomConfiguration', 'iosCustomConfiguration'];

function compiled(kind: string, document: JsonObject) {
  return compilePolicy({ id: idOf(1), kind, name: 'P', version: 1, document });
}

test.each(kinds)('%s is one setting', (kind) => {
  const payload = Buffer.from(identified('com.example.wifi')).toString('base64');
  const document = { payload, payloadName: 'Wi-Fi', payloadFileName: 'wifi.mobileconfig' };
  expect(compiled(kind, document)).toMatchObject({
    notApplicable: [],
    settings: [
      {
        platform: 'apple',
        key: 'profile/com.example.wifi',
        title: 'Wi-Fi',
        value: document,
        combine: 'first',
      },
    ],
  });
});

test('a profile whose identifier cannot be read is known by its policy; the channel is kept', () => {
  const document = { payload: 'YnBsaXN0MDA=', deploymentChannel: 'userChannel' };
  expect(compiled('macOSCustomConfiguration', document).settings).toMatchObject([
    { key: `profile/${idOf(1)}`, title: 'Configuration profile', value: document },
  ]);
});

test.each(kinds)('%s without a profile is named', (kind) => {
  expect(compiled(kind, { payload: 'no base64!', payloadName: 'x' })).toMatchObject({
    settings: [],
    notApplicable: [{ property: 'payload', reason: 'unreadable' }],
  });
  expect(compiled(kind, { payloadName: 'x' })).toMatchObject({
    settings: [],
    notApplicable: [{ property: 'payloadName', reason: 'needsAnother' }],
  });
});
