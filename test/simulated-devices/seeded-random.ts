import { createHash } from 'node:crypto';

/** Octets that are the same in each run. */
export function seededRandom(seed: string): (size: number) => Buffer {
  let count = 0;
  return (size) => {
    const blocks = Array.from({ length: Math.ceil(size / 32) }, () =>
      createHash('sha256').update(`${seed} ${count++}`).digest(),
    );
    return Buffer.concat(blocks).subarray(0, size);
  };
}
