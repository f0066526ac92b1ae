import { expect, test } from 'vitest';
import { changed, type Device } from './device.ts';

test('the history of a device keeps the newest states', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  let device = { state: 'ACTIVE', stateHistory: [] } as unknown as Device;
  for (let round = 0; round < 1_000; round++) {
    device = changed(device, { state: { to: 'PROVISIONING', reason: `round ${round}` } }, now);
  }
  expect(device.stateHistory).toHaveLength(200);
  expect(device.stateHistory.at(-1)?.config.reason).toBe('round 999');
});
