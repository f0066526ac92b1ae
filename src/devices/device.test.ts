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
