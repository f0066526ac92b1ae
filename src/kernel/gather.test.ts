import { expect, test } from 'vitest';
import { gather } from './gather.ts';

test('reads of one turn share one statement and each gets its own value', async () => {
  const statements: number[][] = [];
  const double = gather(async (keys: readonly number[]) => {
    statements.push([...keys]);
    return keys.map((key) => key * 2);
  });
  expect(await Promise.all([double(1), double(2), double(3)])).toEqual([2, 4, 6]);
  expect(statements).toEqual([[1, 2, 3]]);
  expect(await double(4)).toBe(8);
  expect(statements).toHaveLength(2);
});

test('at most two statements run at once; later reads wait and are joined', async () => {
  const finish: (() => void)[] = [];
  const sizes: number[] = [];
  const read = gather(async (keys: readonly number[]) => {
    sizes.push(keys.length);
    await new Promise<void>((resolve) => {
      finish.push(resolve);
    });
    return keys;
  });
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const all: Promise<number>[] = [read(1)];
  await turn();
  all.push(read(2));
  await turn();
  all.push(read(3));
  await turn();
  all.push(read(4), read(5));
  await turn();
  expect(sizes).toEqual([1, 1]);
  finish.shift()!();
  await turn();
  await turn();
  expect(sizes).toEqual([1, 1, 3]);
  for (const done of finish) done();
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5]);
});

test('a failed statement fails its own readers only', async () => {
  let failing = true;
  const read = gather(async (keys: readonly number[]) => {
    if (failing) throw new Error('connection lost');
    return keys;
  });
  await expect(Promise.all([read(1), read(2)])).rejects.toThrow('connection lost');
  failing = false;
  expect(await read(3)).toBe(3);
});
