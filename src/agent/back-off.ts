const first = 5;
const longest = 600;

/**
 * Seconds to wait after so many failures one after another: twice as long each time, up to ten minutes, and less by up to a half, so that
 * many agents do not come back at once.
 */
export function pauseAfter(failures: number, random: () => number): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures - 1, 20));
  return whole * (1 - random() / 2);
}
