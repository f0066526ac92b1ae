import { expect, test } from 'vitest';
import { changed, type Device, type DeviceState } from './device.ts';

const now = new Date('2026-03-01T12:00:00Z');
const checked = { name: 'PC', compliance: { compliant: false, lastCheck: '2026-02-28T12:00:00.000Z' } };
const device = { state: 'ACTIVE', stateHistory: [], tags: [], summary: checked } as Partial<Device> as Device;

test.each<[DeviceState, isForgotten: boolean]>([
  ['PROVISIONING', true],
  ['DELETED', true],
  ['ACTIVE', false],
  ['DELETE_REQUESTED', false],
])('what was found when the device was checked is of one enrolment: %s', (to, isForgotten) => {
  const { summary, state } = changed(device, { state: { to, reason: 'test' } }, now);
  expect(state).toBe(to);
  expect(summary).toEqual(isForgotten ? { name: 'PC' } : checked);
});

test('no other change touches what was found', () => {
  expect(changed(device, { displayName: 'Reception' }, now).summary).toBe(checked);
});

test('the history of a device keeps the newest states', () => {
  let device = { state: 'ACTIVE', stateHistory: [], summary: {} } as unknown as Device;
  for (let round = 0; round < 1_000; round++) {
    device = changed(device, { state: { to: 'PROVISIONING', reason: `round ${round}` } }, now);
  }
  expect(device.stateHistory).toHaveLength(200);
  expect(device.stateHistory.at(-1)?.config.reason).toBe('round 999');
});
