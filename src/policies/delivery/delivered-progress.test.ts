import { expect, test } from 'vitest';
import { settingOf } from '../engine/fixtures/policies.ts';
import { deliveredProgress } from './delivered-progress.ts';
import { digestOfValue, nothingDelivered, type DeliveredItem } from './delivery.ts';
import { leftOn } from './left-settings.ts';

const item = (rest: Partial<DeliveredItem>): DeliveredItem => ({
  version: 'v',
  state: 'verified',
  at: '2026-03-01T12:00:00.000Z',
  values: { './a': digestOfValue(1) },
  attempts: 0,
  details: { title: 'A' },
  ...rest,
});
const having = (rest: Partial<DeliveredItem>) => [{ ...nothingDelivered, items: { a: item(rest) } }];
const progress = (rest: Partial<DeliveredItem>, value = 1) =>
  deliveredProgress(having(rest), () => 'Waiting.')(settingOf('./a', value));

test('a setting is as far as the item that carries its value', () => {
  expect(progress({})).toMatchObject({ state: 'verified', reason: null, reported: { value: 1 } });
  expect(progress({ state: 'delivered', error: 'Why.', isBelieved: true })).toEqual({
    state: 'delivered',
    reason: 'Why.',
    isBelieved: true,
    reported: null,
  });
  expect(progress({ state: 'notApplicable', error: 'Not on Home.' })).toMatchObject({
    state: 'notApplicable',
    reason: 'Not on Home.',
  });
});

test('a setting of several users is as far as that of the last', () => {
  const both = [...having({}), ...having({ state: 'error', error: 'No.' })];
  for (const deliveries of [both, both.toReversed()]) {
    expect(deliveredProgress(deliveries, () => 'Waiting.')(settingOf('./a', 1))).toMatchObject({
      state: 'error',
      reason: 'No.',
    });
  }
});

test('another value than the one that was delivered is pending', () => {
  expect(progress({}, 2)).toMatchObject({
    state: 'pending',
    reason: 'The device has an earlier value. Waiting.',
  });
  expect(progress({ state: 'notApplicable' }, 2)).toMatchObject({ state: 'pending', reason: 'Waiting.' });
});

test.each(['removing', 'retained'] as const)('what is %s carries nothing', (state) => {
  expect(progress({ state })).toMatchObject({ state: 'pending', reason: 'Waiting.' });
});

test('what goes or stays, and is not wanted again, is left', () => {
  const left = (rest: Partial<DeliveredItem>, isWanted = false) =>
    leftOn('windows', having(rest), () => isWanted);
  expect(left({ state: 'removing' })).toMatchObject([
    { key: './a', title: 'A', state: 'pending', reason: 'No policy wants it any more; it is being removed.' },
  ]);
  expect(left({ state: 'removing', error: 'Refused.', retryAt: 'T' })).toMatchObject([
    { reason: 'No policy wants it any more. Refused. It is tried again from T on.' },
  ]);
  expect(left({ state: 'retained', error: 'No way.' })).toMatchObject([
    { state: 'retained', reason: 'No policy wants it any more, and it stays on the device. No way.' },
  ]);
  expect(left({ state: 'retained' }, true)).toEqual([]);
  expect(left({})).toEqual([]);
});
