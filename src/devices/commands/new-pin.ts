import { randomInt } from 'node:crypto';

/** Six digits that nobody can guess, to unlock a Mac with. */
export function newPin(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}
