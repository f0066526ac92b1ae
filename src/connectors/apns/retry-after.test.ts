import { expect, test } from 'vitest';
import { retryAfter } from './index.ts';
import { later } from './outcome.ts';

const outcome = later('ServiceUnavailable', '');
const almostOne = () => 1 - Number.EPSILON;

test('the wait doubles up to an hour, and half of it is chance', () => {
  const longest = [1, 2, 3, 4].map((attempt) => retryAfter(attempt, outcome, almostOne));
  expect(longest).toEqual([10, 20, 40, 80]);
  expect([1, 2, 3, 4].map((attempt) => retryAfter(attempt, outcome, () => 0))).toEqual([5, 10, 20, 40]);
  for (const attempt of [10, 100, 5000]) {
    expect(retryAfter(attempt, outcome, almostOne)).toBe(3600);
    expect(retryAfter(attempt, outcome, () => 0)).toBe(1800);
  }
});

test('what APNs asks for is waited for, and those who wait spread out after it', () => {
  const asked = { ...outcome, retryAfter: 300 };
  expect(retryAfter(1, asked, () => 0)).toBe(300);
  expect(retryAfter(1, asked, almostOne)).toBe(305);
  expect(retryAfter(50, asked, almostOne)).toBe(3600);
  expect(retryAfter(1, { ...outcome, retryAfter: 999_999_999 }, () => 0)).toBe(24 * 3600);
});
