import type { Later } from './outcome.ts';

const firstSeconds = 10;
const longestSeconds = 3600;
/** What APNs may ask for at most: devices shall not sleep for longer because of one odd answer. */
const longestAskedSeconds = 24 * 3600;

/**
 * How many seconds to wait after the `attempt`th try (the first is 1): doubled each time up to an hour, of which the upper half is left to
 * chance, so that what failed together does not come back together. Never less than APNs asked for.
 *
 * `random` gives numbers from 0 up to 1.
 */
export function retryAfter(
  attempt: number,
  outcome: Pick<Later, 'retryAfter'>,
  random: () => number,
): number {
  const backOff = Math.min(longestSeconds, firstSeconds * 2 ** (Math.max(1, attempt) - 1));
  const asked = Math.min(outcome.retryAfter ?? 0, longestAskedSeconds);
  return Math.round(Math.max(asked, backOff / 2) + (random() * backOff) / 2);
}
