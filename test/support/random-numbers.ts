import { randomInt } from 'node:crypto';

/** Small and seeded, so that a run can be made again (mulberry32). Each is a whole number below the one that is given. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Numbers of another seed in each run, which is printed; with the same `SEED` in the environment a run can be made again. */
export function printedRandomNumbers(what: string): (below: number) => number {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  console.info(`${what}: SEED=${seed}`);
  return randomNumbers(seed);
}
