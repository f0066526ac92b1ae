import { expect, test } from 'vitest';
import { nothingDelivered, type DeliveredItem } from '../../../policies/index.ts';
import { withStatuses } from './declared.ts';

const now = new Date('2026-03-01T12:00:00Z');

test('of what a device says of a declaration no more is kept than people read', () => {
  const item: DeliveredItem = {
    version: '1',
    state: 'sent',
    at: now.toISOString(),
    values: {},
    attempts: 1,
    details: { identifier: 'passcode' },
  };
  const delivery = { ...nothingDelivered, items: { 'declaration passcode': item } };
  const text = 'It is wrong. '.repeat(100_000);
  const status = {
    kind: 'configuration',
    identifier: 'passcode',
    serverToken: '1',
    active: false,
    valid: 'invalid',
    reasons: [{ code: 'Error.Unknown', description: undefined, details: undefined, text }],
  } as const;
  const after = withStatuses(delivery, [status], now).items['declaration passcode']!;
  expect(after.state).toBe('error');
  expect(after.error).toBe(text.slice(0, 4_096));
});
