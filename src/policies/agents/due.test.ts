import { expect, test } from 'vitest';
import type { Script } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import { dueAt, isDue, resetDateAfter, type Begun } from './due.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const script = (rest: Partial<Script>): Script => ({ id: 'x' as Id, type: 'once', ...rest });
const begun = (minutesAgo: number, resetDate = ''): Begun => ({
  at: new Date(now.getTime() - minutesAgo * 60_000),
  resetDate,
});

test.each<[string, Partial<Script>, Begun | undefined, boolean]>([
  ['once, never begun', {}, undefined, true],
  ['once, begun', {}, begun(1e6), false],
  ['once, begun for the same resetDate', { resetDate: 'a' }, begun(1, 'a'), false],
  ['once, with a first resetDate', { resetDate: 'a' }, begun(1), true],
  ['once, with another resetDate', { resetDate: 'b' }, begun(1, 'a'), true],
  ['once, without its former resetDate', {}, begun(1, 'a'), false],
  ['loop, never begun', { type: 'loop', loopTime: 60 }, undefined, true],
  ['loop, too early', { type: 'loop', loopTime: 60 }, begun(59), false],
  ['loop, in time', { type: 'loop', loopTime: 60 }, begun(60), true],
  [
    'loop, too early with another resetDate',
    { type: 'loop', loopTime: 60, resetDate: 'b' },
    begun(1, 'a'),
    true,
  ],
  ['loop without minutes', { type: 'loop' }, begun(0), true],
  ['loop of endless minutes', { type: 'loop', loopTime: 1e300 }, begun(1e6), false],
  ['onDemand', { type: 'onDemand', resetDate: 'b' }, undefined, false],
])('%s', (_, of, before, expected) => {
  expect(isDue(script(of), before, now)).toBe(expected);
});

test('any number of minutes gives a date, and a resetDate stays until there is another', () => {
  expect(() =>
    (dueAt(script({ type: 'loop', loopTime: 1e300 }), begun(0)) as Date).toISOString(),
  ).not.toThrow();
  expect(resetDateAfter(script({}), begun(0, 'a'))).toBe('a');
  expect(resetDateAfter(script({ resetDate: 'b' }), begun(0, 'a'))).toBe('b');
});
