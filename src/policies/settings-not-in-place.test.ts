import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOfValue, nothingDelivered, type DeliveredItem, type Delivery } from './delivery/index.ts';
import { explain, resolve } from './engine/index.ts';
import { assigned, policyOf, randomAssigned, settingOf } from './engine/fixtures/policies.ts';
import { progressOf } from './reported-progress.ts';
import { settingsNotInPlace } from './settings-not-in-place.ts';

const direct = (priority: number) => ({ kind: 'direct', priority }) as const;
const pc = {};
const node = './device/vendor/msft/a';

function itemOf(key: string, value: number, more: Partial<DeliveredItem>): DeliveredItem {
  const values = { [key]: digestOfValue(value) };
  return { version: 'v', state: 'verified', at: '', values, attempts: 1, details: {}, ...more };
}

const delivering = (...items: readonly DeliveredItem[]): Delivery => ({
  ...nothingDelivered,
  items: Object.fromEntries(items.map((item, index) => [String(index), item])),
});

const wanting = (key: string) => resolve('windows', [assigned(policyOf(1, [settingOf(key, 1)]), direct(1))]);

test.each<[what: string, Partial<DeliveredItem>, isInPlace: boolean]>([
  ['verified', { state: 'verified' }, true],
  ['taken, and cannot be read back', { state: 'delivered', isBelieved: true }, true],
  ['taken, and could be read back', { state: 'delivered' }, false],
  ['sent without an answer', { state: 'sent' }, false],
  ['refused', { state: 'error' }, false],
  ['refused, and tried again later', { state: 'error', retryAt: '2026-03-01T12:00:00Z' }, false],
  ['not to be had on such a device', { state: 'notApplicable' }, true],
  ['had by an earlier policy and being removed', { state: 'removing' }, false],
  ['there in another value', { values: { [node]: digestOfValue(2) } }, false],
])('a setting that is %s', (_, item, isInPlace) => {
  const found = settingsNotInPlace(wanting(node), pc, [delivering(itemOf(node, 1, item))]);
  expect(found).toEqual(isInPlace ? [] : [node]);
});

test('a setting that was never sent is not in place, and any channel of the device can bring it', () => {
  expect(settingsNotInPlace(wanting(node), pc, [])).toEqual([node]);
  const channels = [delivering(itemOf(node, 1, { state: 'error' })), delivering(itemOf(node, 1, {}))];
  const [refused, has] = channels as [Delivery, Delivery];
  expect(settingsNotInPlace(wanting(node), pc, [refused])).toEqual([node]);
  expect(settingsNotInPlace(wanting(node), pc, [delivering(), has])).toEqual([]);
});

test('a device of which nothing is asked lacks nothing, whatever is left on it', () => {
  const left = [
    itemOf(node, 1, { state: 'removing', error: 'It stays.' }),
    itemOf('./b', 1, { state: 'retained' }),
  ];
  expect(settingsNotInPlace(resolve('windows', []), pc, [delivering(...left)])).toEqual([]);
});

test('what it takes an agent for does not count', () => {
  const others = ['script/1', 'agentConfiguration/enabled', 'bookmark/https://example.com', 'asset/1'];
  for (const key of others) expect(settingsNotInPlace(wanting(key), pc, [])).toEqual([]);
  for (const key of ['application/1', 'admxConfig/1']) {
    expect(settingsNotInPlace(wanting(key), pc, [])).toEqual([key]);
  }
});

test('a conflict of policies is not the fault of the device, but a refusal is', () => {
  const other = assigned(policyOf(2, [settingOf(node, 2)]), direct(1), 2);
  const document = resolve('windows', [assigned(policyOf(1, [settingOf(node, 1)]), direct(1)), other]);
  expect(document.settings[0]?.conflict).toBe(true);
  expect(settingsNotInPlace(document, pc, [])).toEqual([]);
  const refused = delivering(itemOf(node, 1, { state: 'error' }));
  expect(settingsNotInPlace(document, pc, [refused])).toEqual([node]);
});

test('what the system of an Apple device is too old for does not count', () => {
  const key = 'com.apple.applicationaccess/allowAutoUnlock';
  const setting = { ...settingOf(key, false), platform: 'apple' as const };
  const policy = { ...policyOf(1, [setting]), systems: ['macOS'] as const };
  const document = resolve('macOS', [assigned(policy, direct(1))]);
  const lacking = (osVersion: string) => settingsNotInPlace(document, { osVersion }, []);
  expect(lacking('10.11')).toEqual([]);
  expect(lacking('15.0')).toEqual([key]);
});

test('it is what the explained policy shows as failed, and as not there or not confirmed', () => {
  const states = ['sent', 'delivered', 'verified', 'error', 'removing', 'retained', 'notApplicable'] as const;
  const anyItem = fc.record({
    state: fc.constantFrom(...states),
    isBelieved: fc.boolean(),
    isSame: fc.boolean(),
  });
  fc.assert(
    fc.property(randomAssigned, fc.array(anyItem, { minLength: 1, maxLength: 12 }), (all, kinds) => {
      const { settings, ...rest } = resolve('windows', all);
      // In the words of Windows' nodes, so that its protocol carries them.
      const document = {
        ...rest,
        settings: settings.map((setting) => Object.assign({}, setting, { key: `./device/${setting.key}` })),
      };
      const items = document.settings.map(({ key, value }, index): DeliveredItem => {
        const { state, isBelieved, isSame } = kinds[index % kinds.length]!;
        const values = { [key]: isSame ? digestOfValue(value) : 'other' };
        return { ...itemOf(key, 1, { state, values }), ...(isBelieved && { isBelieved }) };
      });
      const deliveries = [delivering(...items)];
      const device = {
        platform: 'windows',
        config: {},
        configDates: {},
        enrolledAt: null,
        lastStatusReportAt: null,
        deliveries,
      } as const;
      const howFar = progressOf(device);
      const explained = explain(document, {
        osVersion: undefined,
        supervised: undefined,
        assigned: all,
        progressOf: howFar,
      }).settings;
      const lacking = explained.filter((setting, index) => {
        if (setting.state !== 'delivered') return setting.state === 'pending' || setting.state === 'error';
        return !howFar(document.settings[index]!).isBelieved;
      });
      expect(settingsNotInPlace(document, pc, deliveries)).toEqual(lacking.map(({ key }) => key));
    }),
  );
});
