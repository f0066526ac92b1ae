import { expect, test } from 'vitest';
import { nothingDelivered } from '../../../policies/index.ts';
import { compared } from './profile-delivery.ts';

test('a device that lists no end of profiles under our names has some of them removed at a time', () => {
  const listed = Array.from({ length: 10_000 }, (_, index) => ({ identifier: `own.${index}`, uuid: null }));
  const isOurs = (identifier: string) => identifier.startsWith('own.');
  const now = new Date('2026-03-01T12:00:00Z');
  const { delivery } = compared(
    nothingDelivered,
    [{ identifier: 'other', uuid: null }, ...listed],
    isOurs,
    now,
  );
  expect(Object.keys(delivery.items)).toEqual(
    listed.slice(0, 100).map(({ identifier }) => `profile ${identifier}`),
  );
});
