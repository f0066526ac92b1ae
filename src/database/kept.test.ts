import { expect, test } from 'vitest';
import type { Reader } from './connection.ts';
import { kept, newMemory, shared } from './kept.ts';

const reader = () => ({ memory: newMemory() }) as Reader;

test('what is kept is read once for each version', async () => {
  const of = reader();
  let reads = 0;
  const read = (version: number, name = 'list') => kept(of, { name, version }, async () => ++reads);
  expect([await read(1), await read(1), await read(2), await read(1, 'other'), await read(2)]).toEqual([
    1, 1, 2, 3, 2,
  ]);
});

test('of calls at the same time one does the work, for each name', async () => {
  const of = reader();
  let works = 0;
  const release = Promise.withResolvers<void>();
  const work = async () => {
    works++;
    await release.promise;
    return works;
  };
  const all = [
    shared(of, 'a', work),
    shared(of, 'a', work),
    shared(of, 'b', work),
    shared(reader(), 'a', work),
  ];
  expect(works).toBe(3);
  release.resolve();
  expect(await Promise.all(all)).toEqual([3, 3, 3, 3]);
  expect(await shared(of, 'a', work)).toBe(4);
});

test('work that fails is tried again by the next call', async () => {
  const of = reader();
  const failing = () => shared(of, 'a', () => Promise.reject(new Error('no')));
  await expect(Promise.all([failing(), failing()])).rejects.toThrow('no');
  expect(await shared(of, 'a', async () => 'yes')).toBe('yes');
});
