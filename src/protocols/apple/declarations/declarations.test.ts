import { expect, test } from 'vitest';
import type { Json } from '../../../kernel/json.ts';
import { deliveryOf } from '../delivery/delivery.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import { documentOf, factsOf, organizationHex } from '../delivery/fixtures/documents.ts';
import { declarationAnswer, declarationItems, tokens } from './answers.ts';
import type { WantedDeclaration, WantedProfile } from '../delivery/wanted.ts';

const payload = 'com.apple.mobiledevice.passwordpolicy';
const configuration = 'com.apple.configuration.passcode.settings';
const subscriptions = 'com.apple.configuration.management.status-subscriptions';
const own = `muster.${organizationHex}`;

const passcode = {
  allowSimple: false,
  forcePIN: true,
  maxFailedAttempts: 6,
  maxGracePeriod: 5,
  maxInactivity: 14,
  maxPINAgeInDays: 90,
  minComplexChars: 1,
  minLength: 8,
  minutesUntilFailedLoginReset: 10,
  pinHistory: 5,
  requireAlphanumeric: true,
};

const mac = (facts: Partial<DeviceFacts> = {}) =>
  factsOf('macOS', { osVersion: '14.5', declarations: [configuration], ...facts });

function delivered(values: Readonly<Record<string, Json>>, facts = mac()) {
  const settings = Object.entries(values).map(([name, value]) => [`${payload}/${name}`, value]);
  return deliveryOf(documentOf(facts.system, Object.fromEntries(settings)), facts);
}

test('a passcode policy as a declaration: every key, the activation, and what the device fetches', () => {
  const { wanted, declarations, undeliverable } = delivered(passcode);
  expect(undeliverable).toEqual([]);
  expect(wanted).toMatchObject([
    {
      item: payload,
      via: 'declaration',
      channel: 'device',
      identifier: `${own}.passcode`,
      hash: declarations[0]!.serverToken,
      keys: Object.keys(passcode).map((name) => `${payload}/${name}`),
    },
  ]);
  expect(declarationAnswer(declarations, 'configuration', `${own}.passcode`)).toEqual({
    Type: configuration,
    Identifier: `${own}.passcode`,
    ServerToken: declarations[0]!.serverToken,
    Payload: {
      FailedAttemptsResetInMinutes: 10,
      MaximumFailedAttempts: 6,
      MaximumGracePeriodInMinutes: 5,
      MaximumInactivityInMinutes: 14,
      MaximumPasscodeAgeInDays: 90,
      MinimumComplexCharacters: 1,
      MinimumLength: 8,
      PasscodeReuseLimit: 5,
      RequireAlphanumericPasscode: true,
      RequireComplexPasscode: true,
      RequirePasscode: true,
    },
  });
  expect(declarationAnswer(declarations, 'activation', `${own}.passcode.activation`)).toEqual({
    Type: 'com.apple.activation.simple',
    Identifier: `${own}.passcode.activation`,
    ServerToken: declarations[1]!.serverToken,
    Payload: { StandardConfigurations: [`${own}.passcode`] },
  });
});

test('only what is the device’s is answered', () => {
  const { declarations } = delivered(passcode);
  expect(declarationAnswer(declarations, 'activation', `${own}.passcode`)).toBeUndefined();
  expect(declarationAnswer(declarations, 'configuration', `${own}.other`)).toBeUndefined();
  expect(declarationAnswer(declarations, '__proto__', `${own}.passcode`)).toBeUndefined();
});

test.each<[string, Partial<typeof passcode>, Partial<DeviceFacts>, 'profile' | 'declaration']>([
  ['the device lists the type', {}, {}, 'declaration'],
  ['the device lists others', {}, { declarations: [subscriptions] }, 'profile'],
  ['nothing is known, the version is new enough', {}, { declarations: undefined }, 'declaration'],
  ['nothing is known, the version is too old', {}, { declarations: undefined, osVersion: '12.7' }, 'profile'],
  ['neither list nor version', {}, { declarations: undefined, osVersion: undefined }, 'profile'],
  ['a key that came later', {}, { osVersion: '13.0.1' }, 'profile'],
  ['a key that came later, of an unknown version', {}, { osVersion: undefined }, 'profile'],
  ['more minutes than the declaration takes', { maxInactivity: 60 }, {}, 'profile'],
  ['as many minutes as it takes', { maxInactivity: 15 }, {}, 'declaration'],
  ['a Mac that is not supervised', {}, { supervised: false }, 'profile'],
])('never both, one for all keys: %s', (_name, values, facts, via) => {
  const { wanted, declarations } = delivered({ ...passcode, ...values }, mac(facts));
  expect(wanted.map((item) => [item.via, item.keys.length])).toEqual([[via, Object.keys(passcode).length]]);
  expect(declarations.some(({ type }) => type === configuration)).toBe(via === 'declaration');
});

test('the first keys need no version when the device lists the type, and an iPhone no supervision', () => {
  const facts = { osVersion: undefined, supervised: false, declarations: [configuration] };
  for (const system of ['macOS', 'iOS'] as const) {
    const [item] = delivered({ forcePIN: true, allowSimple: true }, factsOf(system, facts)).wanted;
    expect(item!.via, system).toBe(system === 'iOS' ? 'declaration' : 'profile');
  }
});

test('a simple passcode may be allowed in so many words', () => {
  const { declarations } = delivered({ allowSimple: true });
  expect(declarations[0]!.payload).toEqual({ RequireComplexPasscode: false });
});

test('status items: those of the device, or of its version', () => {
  const names = (facts: Partial<DeviceFacts>, system: 'macOS' | 'iOS' = 'macOS') =>
    deliveryOf(documentOf(system, {}), factsOf(system, facts)).declarations.flatMap(({ payload }) =>
      ((payload['StatusItems'] ?? []) as { Name: string }[]).map(({ Name }) => Name),
    );
  const both = { declarations: undefined };
  expect(names({ ...both, osVersion: '13.0' })).toHaveLength(10);
  expect(names({ ...both, osVersion: '14.0' })).toContain('diskmanagement.filevault.enabled');
  expect(names({ ...both, osVersion: '13.0' }, 'iOS')).toEqual([]);
  expect(names({ ...both, osVersion: '15.8' }, 'iOS')).not.toContain('passcode.is-present');
  expect(names({ ...both, osVersion: '16.0' }, 'iOS')).toContain('passcode.is-present');
  const told = { declarations: [subscriptions], osVersion: '14.0' };
  expect(names({ ...told, statusItems: ['device.operating-system.version', 'test.item'] })).toEqual([
    'device.operating-system.version',
  ]);
  expect(names({ ...told, statusItems: [] })).toEqual([]);
  expect(names({ ...told, declarations: [configuration] })).toEqual([]);
});

test('tokens and items, to the letter', () => {
  const { declarations } = delivered({ forcePIN: true }, mac({ declarations: undefined }));
  const [subscription, subscribed, settings, activation] = declarations;
  const item = (of: typeof subscription) => ({ Identifier: of!.identifier, ServerToken: of!.serverToken });
  const answer = declarationItems(declarations);
  expect(answer).toEqual({
    Declarations: {
      Activations: [item(activation), item(subscribed)],
      Assets: [],
      Configurations: [item(settings), item(subscription)],
      Management: [],
    },
    DeclarationsToken: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(tokens(declarations, new Date('2026-01-01T00:00:00.999Z'))).toEqual({
    SyncTokens: { DeclarationsToken: answer['DeclarationsToken'], Timestamp: '2026-01-01T00:00:00Z' },
  });
  expect(declarationItems(declarations.toReversed())).toEqual(answer);
});

test('nothing declared has a token too, and four empty lists', () => {
  expect(declarationItems([])).toEqual({
    Declarations: { Activations: [], Assets: [], Configurations: [], Management: [] },
    DeclarationsToken: expect.stringMatching(/^[\w-]{43}$/),
  });
});

test('a change changes the token of the configuration and of all, and not that of the activation', () => {
  const before = delivered({ minLength: 6 }).declarations;
  const after = delivered({ minLength: 7 }).declarations;
  expect(after[0]!.serverToken).not.toBe(before[0]!.serverToken);
  expect(after[1]).toEqual(before[1]);
  expect(declarationItems(after)['DeclarationsToken']).not.toBe(
    declarationItems(before)['DeclarationsToken'],
  );
});

const knowsProfiles = (facts: Partial<DeviceFacts> = {}) =>
  mac({
    declarations: ['com.apple.configuration.legacy'],
    profileUrl: (hash) => `https://mdm.example/${hash}`,
    ...facts,
  });
const domains = (list: readonly string[], facts: DeviceFacts) =>
  deliveryOf(documentOf(facts.system, { 'com.apple.domains/EmailDomains': [...list] }), facts);

test('a profile by its address, fetched again when its content changes', () => {
  const [before] = domains(['one.example'], knowsProfiles()).wanted as WantedDeclaration[];
  const [after] = domains(['two.example'], knowsProfiles()).wanted as WantedDeclaration[];
  const [byCommand] = domains(['one.example'], mac({ declarations: [] })).wanted as WantedProfile[];
  const { identifier, hash, bytes } = byCommand!;
  expect(before).toMatchObject({ via: 'declaration', profile: { identifier, hash, bytes } });
  expect(before!.declarations.map(({ type, payload }) => [type, payload])).toEqual([
    ['com.apple.configuration.legacy', { ProfileURL: `https://mdm.example/${hash}` }],
    ['com.apple.activation.simple', { StandardConfigurations: [before!.identifier] }],
  ]);
  expect(after!.identifier).toBe(before!.identifier);
  expect(after!.hash).not.toBe(before!.hash);
});

test('a profile is declared only to a device that says it knows such declarations, and where it can be fetched', () => {
  for (const facts of [
    mac({ declarations: undefined }),
    knowsProfiles({ declarations: ['com.apple.configuration.passcode.settings'] }),
    knowsProfiles({ profileUrl: undefined }),
  ]) {
    expect(domains(['one.example'], facts).wanted.map(({ via }) => via)).toEqual(['profile']);
  }
});

test('identifiers and tokens have at most 64 octets', () => {
  const all = [
    ...delivered(passcode, mac({ declarations: undefined })).declarations,
    ...domains(['one.example'], knowsProfiles()).declarations,
  ];
  expect(all).toHaveLength(6);
  for (const { identifier, serverToken } of all) {
    expect(Buffer.byteLength(identifier), identifier).toBeLessThanOrEqual(64);
    expect(Buffer.byteLength(serverToken)).toBeLessThanOrEqual(64);
  }
});
