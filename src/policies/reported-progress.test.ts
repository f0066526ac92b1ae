import { expect, test } from 'vitest';
import type { Device } from '../devices/index.ts';
import type { Json } from '../kernel/json.ts';
import { settingOf } from './engine/fixtures/policies.ts';
import { progressOf } from './reported-progress.ts';

const path = './Vendor/MSFT/Policy/Config/Camera/AllowCamera';
const key = './device/vendor/msft/policy/config/camera/allowcamera';
const seen = new Date('2026-03-01T12:00:00.000Z');

const windows = {
  platform: 'windows',
  config: {},
  configDates: {},
  enrolledAt: seen,
  lastStatusReportAt: seen,
} as unknown as Device;

const wants = (value: Json, device: Partial<Device>) =>
  progressOf({ ...windows, ...device })(settingOf(key, value));

test.each<[wanted: Json, reported: Json]>([
  [1, '1'],
  ['1', 1],
  [true, 'true'],
  [{ format: 'float', data: 1.5 }, '1.5'],
  [{ format: 'xml', data: '<a/>' }, '<a/>'],
])('%j is verified by a report of %j, however the path is spelled', (wanted, value) => {
  expect(wants(wanted, { config: { [path]: value } })).toEqual({
    state: 'verified',
    reason: null,
    reported: { value, at: seen },
  });
});

test.each<[wanted: Json, reported: Json]>([
  [1, '0'],
  ['a', 'A'],
  [1, { format: 'int' }],
  [{ a: 1 }, '[object Object]'],
])('%j is not verified by a report of %j', (wanted, value) => {
  expect(wants(wanted, { config: { [path]: value } })).toMatchObject({
    state: 'pending',
    reason: 'The device has another value, and the device has not enrolled, so nothing is sent to it.',
    reported: { value },
  });
});

test('what was never reported says why it is pending', () => {
  expect(wants(1, {})).toEqual({
    state: 'pending',
    reason: 'The device has not enrolled, so nothing is sent to it.',
    reported: null,
  });
  expect(wants(1, { enrolledAt: null, lastStatusReportAt: null })).toMatchObject({
    state: 'pending',
    reason: 'The device has never checked in.',
  });
});

test('a node that failed is an error with what the device said', () => {
  const failed = { isError: true, status: 404, reason: 'CommandNotFound', attempts: [] };
  expect(wants(1, { config: { [path]: failed } })).toMatchObject({
    state: 'error',
    reason: 'The device reported 404 CommandNotFound.',
    reported: { value: failed },
  });
  expect(wants(1, { config: { [path]: { isError: true } } })).toMatchObject({
    state: 'error',
    reason: 'The device reported an error.',
  });
});

test('the date of the node itself counts; without any it is not known', () => {
  const config = { [path]: '1' };
  const at = '2026-02-03T04:05:06.000Z';
  expect(wants(1, { config, configDates: { [path]: at } }).reported).toEqual({
    value: '1',
    at: new Date(at),
  });
  expect(wants(1, { config, lastStatusReportAt: null }).reported).toEqual({ value: '1', at: null });
});

test('a secret cannot be compared', () => {
  expect(wants({ format: 'chr', secret: 'reference' }, { config: { [path]: 'x' } })).toMatchObject({
    state: 'pending',
    reason: 'The value is secret, and the device has not enrolled, so nothing is sent to it.',
  });
});

test('what an Apple device reported is not taken for Windows nodes', () => {
  expect(wants(1, { platform: 'apple', config: { [path]: 1 } }).state).toBe('pending');
});
