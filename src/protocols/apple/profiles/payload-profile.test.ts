import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { documentOf, factsOf, organizationHex } from '../delivery/fixtures/documents.ts';
import { deliveryOf } from '../delivery/delivery.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import type { Json } from '../../../kernel/json.ts';

function profilesOf(settings: Readonly<Record<string, Json>>, facts: DeviceFacts = factsOf('macOS')) {
  const { wanted, undeliverable } = deliveryOf(documentOf(facts.system, settings), facts);
  return {
    undeliverable,
    profiles: wanted.flatMap((item) =>
      item.via === 'profile' ? [{ ...item, text: Buffer.from(item.bytes).toString() }] : [],
    ),
  };
}

const domains = { 'com.apple.domains/EmailDomains': ['example.com', 'a&b.example'] };

test('a profile of one payload, to the byte', () => {
  const { profiles, undeliverable } = profilesOf(domains);
  expect(undeliverable).toEqual([]);
  expect(profiles).toHaveLength(1);
  const { text, bytes: _bytes, ...profile } = profiles[0]!;
  expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
	<key>PayloadIdentifier</key>
	<string>muster.0123456789abcdef01234567.com.apple.domains</string>
	<key>PayloadDisplayName</key>
	<string>Managed domains</string>
	<key>PayloadRemovalDisallowed</key>
	<true/>
	<key>PayloadScope</key>
	<string>System</string>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadType</key>
			<string>com.apple.domains</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>PayloadIdentifier</key>
			<string>muster.0123456789abcdef01234567.com.apple.domains.payload</string>
			<key>PayloadDisplayName</key>
			<string>Managed domains</string>
			<key>EmailDomains</key>
			<array>
				<string>example.com</string>
				<string>a&amp;b.example</string>
			</array>
			<key>PayloadUUID</key>
			<string>1514AD84-6787-86F9-B88D-589754B6562F</string>
		</dict>
	</array>
	<key>PayloadUUID</key>
	<string>4CB24CDC-5364-8000-85EB-9D5372E7F49A</string>
</dict>
</plist>
`);
  expect(profile).toEqual({
    item: 'com.apple.domains',
    via: 'profile',
    channel: 'device',
    identifier: `muster.${organizationHex}.com.apple.domains`,
    uuid: '4CB24CDC-5364-8000-85EB-9D5372E7F49A',
    hash: 'e5yS5VIhexAwfesui39SPRSpwAnF3t8XpukY5YsAYnk',
    displayName: 'Managed domains',
    keys: ['com.apple.domains/EmailDomains'],
    removable: false,
  });
});

test('one profile for each payload type, the order of the settings and of their members means nothing', () => {
  const settings = {
    'com.apple.applicationaccess/allowCamera': false,
    'com.apple.domains/EmailDomains': ['b', 'a'],
    'com.apple.TCC.configuration-profile-policy/Services': {
      Photos: [{ Identifier: 'com.example.app', Allowed: true }],
      Camera: [],
    },
    'com.apple.applicationaccess/allowAirDrop': false,
  };
  const other = {
    'com.apple.applicationaccess/allowAirDrop': false,
    'com.apple.TCC.configuration-profile-policy/Services': {
      Camera: [],
      Photos: [{ Allowed: true, Identifier: 'com.example.app' }],
    },
    'com.apple.domains/EmailDomains': ['b', 'a'],
    'com.apple.applicationaccess/allowCamera': false,
  };
  const { profiles } = profilesOf(settings);
  expect(profiles.map(({ item, keys }) => [item, keys])).toEqual([
    ['com.apple.TCC.configuration-profile-policy', ['com.apple.TCC.configuration-profile-policy/Services']],
    [
      'com.apple.applicationaccess',
      ['com.apple.applicationaccess/allowAirDrop', 'com.apple.applicationaccess/allowCamera'],
    ],
    ['com.apple.domains', ['com.apple.domains/EmailDomains']],
  ]);
  expect(profilesOf(other).profiles).toEqual(profiles);
});

test('another value gives other UUIDs, inside and outside, under the same identifiers', () => {
  const [before] = profilesOf(domains).profiles;
  const [after] = profilesOf({ 'com.apple.domains/EmailDomains': ['example.com'] }).profiles;
  const uuids = (text: string) =>
    [...text.matchAll(/<key>PayloadUUID<\/key>\s*<string>(.+)<\/string>/g)].map(([, uuid]) => uuid);
  const all = [...uuids(before!.text), ...uuids(after!.text)];
  expect(all).toHaveLength(4);
  expect(new Set(all).size).toBe(4);
  for (const uuid of all)
    expect(uuid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
  expect(after!.identifier).toBe(before!.identifier);
  const elsewhere = factsOf('macOS', { organizationHex: 'f'.repeat(24) });
  expect(profilesOf(domains, elsewhere).profiles[0]).toMatchObject({
    identifier: `muster.${'f'.repeat(24)}.com.apple.domains`,
  });
});

test('what the device cannot take is left out, and a payload with no key left is not sent', () => {
  const settings = {
    'com.apple.app.lock/App': { Identifier: 'com.example.kiosk' },
    'com.apple.applicationaccess/allowCamera': false,
    'com.apple.applicationaccess/allowChat': false,
    'com.apple.applicationaccess/allowNFC': false,
  };
  const items = (facts: DeviceFacts) =>
    profilesOf(settings, facts).profiles.map(({ keys }) => keys.map((key) => key.split('/')[1]));
  expect(items(factsOf('iOS'))).toEqual([['App'], ['allowCamera', 'allowChat', 'allowNFC']]);
  expect(items(factsOf('iOS', { supervised: false }))).toEqual([['allowCamera']]);
  expect(items(factsOf('iOS', { osVersion: '13.0' }))).toEqual([['App'], ['allowCamera', 'allowChat']]);
  expect(items(factsOf('iOS', { osVersion: undefined, supervised: undefined }))).toHaveLength(2);
  expect(items(factsOf('macOS'))).toEqual([['allowCamera']]);
});

test('a value that no profile can hold is named, and the others of its payload are sent', () => {
  const { profiles, undeliverable } = profilesOf(
    {
      'com.apple.domains/EmailDomains': ['a', 'b\u0001'],
      'com.apple.domains/WebDomains': ['c'],
      'com.apple.applicationaccess/allowCamera': null,
      'com.example.later/Key': 1,
    },
    factsOf('iOS'),
  );
  expect(profiles.map(({ keys }) => keys)).toEqual([['com.apple.domains/WebDomains']]);
  expect(undeliverable.map(({ keys, reason }) => [keys, reason])).toEqual([
    [
      ['com.apple.applicationaccess/allowCamera'],
      "'Title of com.apple.applicationaccess/allowCamera' has no value.",
    ],
    [
      ['com.apple.domains/EmailDomains'],
      "No profile can hold the value of 'Title of com.apple.domains/EmailDomains': PayloadContent[0].EmailDomains[1]: contains U+0001, which a property list cannot hold.",
    ],
    [['com.example.later/Key'], "This version of the server has no payload 'com.example.later'."],
  ]);
});

const script = `
import json, plistlib, sys
def shown(value):
    if isinstance(value, float): return ['real', repr(value)]
    if isinstance(value, list): return [shown(item) for item in value]
    if isinstance(value, dict): return {key: shown(item) for key, item in value.items()}
    return value
print(json.dumps(shown(plistlib.loads(sys.stdin.buffer.read()))))
`;
const hasPython = spawnSync('python3', ['-c', 'import plistlib']).status === 0;

test.skipIf(!hasPython)("Python's plistlib reads each value with its type", () => {
  const values = {
    allowCamera: false,
    forceWiFiPowerOn: true,
    enforcedSoftwareUpdateDelay: 30,
    ratingApps: 600,
    safariAcceptCookies: 2,
    blockedAppBundleIDs: ['com.example.ö', 'com.example.b'],
  };
  const settings = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`com.apple.applicationaccess/${name}`, value]),
  );
  const [profile] = profilesOf(settings, factsOf('iOS')).profiles;
  const { stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: profile!.bytes,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const identifier = `muster.${organizationHex}.com.apple.applicationaccess`;
  expect(JSON.parse(stdout)).toEqual({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: profile!.uuid,
    PayloadDisplayName: 'Restrictions',
    PayloadRemovalDisallowed: true,
    PayloadContent: [
      {
        PayloadType: 'com.apple.applicationaccess',
        PayloadVersion: 1,
        PayloadIdentifier: `${identifier}.payload`,
        PayloadUUID: expect.any(String),
        PayloadDisplayName: 'Restrictions',
        ...values,
        safariAcceptCookies: ['real', '2.0'],
      },
    ],
  });
});
