import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../kernel/json.ts';
import { appleKeys, appleSetting, type AppleKey } from '../../../policies/engine/apple/keys.ts';
import { compilePolicy } from '../../../policies/engine/compile/kinds.ts';
import { assigned, idOf } from '../../../policies/engine/fixtures/policies.ts';
import { resolve } from '../../../policies/engine/resolve.ts';
import { appleItemOf, lackedFor, type ResolvedSetting } from '../../../policies/index.ts';
import { deliveryOf } from './delivery.ts';
import type { DeviceFacts } from './facts.ts';
import { documentOf, factsOf, rawValue, settingOf } from './fixtures/documents.ts';

const passcode = 'com.apple.configuration.passcode.settings';

function isFlag(key: AppleKey): boolean {
  const { combine } = appleSetting(key, null);
  return combine === 'and' || combine === 'or';
}

/** Values that the key's rule can combine, and now and then one that no profile can hold. */
function valueFor(key: AppleKey): fc.Arbitrary<Json> {
  if (isFlag(key)) return fc.boolean();
  const { combine } = appleSetting(key, null);
  if (combine === 'smaller' || combine === 'larger') return fc.oneof(fc.nat(20), fc.constant(1.5));
  const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
  const unholdable = fc.constantFrom<Json>(null, ['\u0001']);
  if (combine === 'union') return fc.oneof({ weight: 9, arbitrary: texts }, unholdable);
  return fc.dictionary(fc.constantFrom('Camera', 'Identifier'), texts, { noNullPrototype: true });
}

// Half of the keys are of the passcode and of small payloads, so that these come up.
const small = appleKeys.filter((key) => appleItemOf({ key }) !== 'com.apple.applicationaccess');
const payloadSetting: fc.Arbitrary<ResolvedSetting> = fc
  .oneof(fc.constantFrom(...appleKeys), fc.constantFrom(...small))
  .chain((key) => valueFor(key).map((value) => settingOf(key, value)));

const rawSetting: fc.Arbitrary<ResolvedSetting> = fc
  .record({
    identifier: fc.constantFrom('com.example.a', 'com.example.b', 'com.example.c'),
    version: fc.nat(2),
    channel: fc.constantFrom('deviceChannel', 'userChannel'),
    isBroken: fc.boolean(),
  })
  .map(({ identifier, version, channel, isBroken }) => {
    const profile = {
      PayloadIdentifier: identifier,
      PayloadVersion: version,
      ...(!isBroken && { PayloadUUID: 'U' }),
    };
    return settingOf(`profile/${identifier}`, rawValue(profile, { deploymentChannel: channel }));
  });

const settings = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: payloadSetting }, rawSetting), {
  selector: ({ key }) => key,
  maxLength: 25,
});

const devices: fc.Arbitrary<DeviceFacts> = fc
  .record({
    system: fc.constantFrom('macOS' as const, 'iOS' as const),
    osVersion: fc.constantFrom(undefined, '9.0', '13.0', '13.1', '14.2', '15.0', '16.2', '18.1'),
    supervised: fc.constantFrom(undefined, false, true),
    declarations: fc.constantFrom(undefined, [], [passcode]),
  })
  .map(({ system, ...facts }) => factsOf(system, facts));

const world = fc.record({ settings, facts: devices });

const of = (list: readonly ResolvedSetting[], facts: DeviceFacts) =>
  deliveryOf(documentOf(facts.system, list), facts);

test('each setting that a device can take is carried exactly once, or named', () => {
  let declared = 0;
  fc.assert(
    fc.property(world, ({ settings: list, facts }) => {
      const { wanted, declarations, undeliverable } = of(list, facts);
      const carried = [...wanted, ...undeliverable].flatMap(({ keys }) => keys);
      const applicable = list.map(({ key }) => key).filter((key) => !lackedFor(facts.system, key, facts));
      expect(carried.toSorted()).toEqual(applicable.toSorted());
      for (const { item, keys } of wanted) {
        for (const key of keys) expect(appleItemOf({ key })).toBe(item);
      }
      expect(new Set(wanted.map(({ item }) => item)).size).toBe(wanted.length);
      expect(new Set(wanted.map(({ channel, identifier }) => `${channel} ${identifier}`)).size).toBe(
        wanted.length,
      );
      const ofPasscode = declarations.filter(({ type }) => type === passcode);
      const byDeclaration = wanted.filter(({ via }) => via === 'declaration');
      expect(ofPasscode.length).toBe(byDeclaration.length);
      declared += byDeclaration.length;
    }),
    { numRuns: 500 },
  );
  expect(declared).toBeGreaterThan(0);
});

test('the order of the settings means nothing', () => {
  const shuffled = world.chain((one) =>
    fc.tuple(fc.constant(one), fc.shuffledSubarray(one.settings, { minLength: one.settings.length })),
  );
  fc.assert(
    fc.property(shuffled, ([{ settings: list, facts }, other]) => {
      expect(of(other, facts)).toEqual(of(list, facts));
    }),
    { numRuns: 100 },
  );
});

test('another value of one key changes one item', () => {
  const boolean = appleKeys.filter(isFlag);
  const changes = fc.record({ settings, facts: devices, key: fc.constantFrom(...boolean) });
  fc.assert(
    fc.property(changes, ({ settings: list, facts, key }) => {
      const others = list.filter((setting) => setting.key !== key);
      const before = of([...others, settingOf(key, true)], facts);
      const after = of([...others, settingOf(key, false)], facts);
      const hashes = new Map(before.wanted.map(({ identifier, hash }) => [identifier, hash]));
      const changed = after.wanted.filter(({ identifier, hash }) => hashes.get(identifier) !== hash);
      const isTaken = lackedFor(facts.system, key, facts) === undefined;
      expect(changed.map(({ item }) => item)).toEqual(isTaken ? [appleItemOf({ key })] : []);
    }),
    { numRuns: 200 },
  );
});

test('a passcode is declared where the device says that it can be', () => {
  const list = [settingOf('com.apple.mobiledevice.passwordpolicy/forcePIN', true)];
  const viaOf = (facts: DeviceFacts) => of(list, facts).wanted.map(({ via }) => via);
  expect(viaOf(factsOf('macOS', { declarations: [] }))).toEqual(['profile']);
  expect(viaOf(factsOf('macOS', { declarations: [passcode] }))).toEqual(['declaration']);
});

test('a policy of Graph, from its document to what is installed', () => {
  const policy = compilePolicy({
    id: idOf(1),
    kind: 'macOSGeneralDeviceConfiguration',
    name: 'Macs',
    version: 1,
    document: {
      compliantAppListType: 'appsInListCompliant',
      compliantAppsList: [{ name: 'Safari', appId: 'com.apple.Safari' }],
      emailInDomainSuffixes: ['example.com'],
      passwordRequired: true,
      passwordMinimumLength: 8,
      passwordMinutesOfInactivityBeforeScreenTimeout: 20,
      airDropBlocked: true,
    },
  });
  const document = resolve('macOS', [assigned(policy, { kind: 'allDevices' })]);
  const facts = factsOf('macOS', { osVersion: '14.5', declarations: undefined });
  const { wanted, declarations, undeliverable } = deliveryOf(document, facts);
  expect(undeliverable).toEqual([]);
  expect(
    wanted.map(({ item, via, keys }) => [item, via, keys.map((key) => key.slice(item.length + 1))]),
  ).toEqual([
    ['com.apple.applicationaccess', 'profile', ['allowAirDrop']],
    ['com.apple.domains', 'profile', ['EmailDomains']],
    // A declaration takes at most 15 minutes of inactivity.
    ['com.apple.mobiledevice.passwordpolicy', 'profile', ['forcePIN', 'maxInactivity', 'minLength']],
  ]);
  expect(declarations.map(({ type }) => type)).toEqual([
    'com.apple.configuration.management.status-subscriptions',
    'com.apple.activation.simple',
  ]);
});
