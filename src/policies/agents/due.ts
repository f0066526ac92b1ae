import type { Script } from '../../devices/index.ts';

/** When a script began last by itself on a device, and for which `resetDate` (empty for none). */
export interface Begun {
  readonly at: Date;
  readonly resetDate: string;
}

/**
 * Whether a script begins by itself now. `once`: when it never did. `loop`: when its minutes have passed. Both: when there is another
 * `resetDate` than the last time. `onDemand`: never.
 */
export function isDue(script: Script, begun: Begun | undefined, now: Date): boolean {
  const at = dueAt(script, begun);
  return at === 'now' || (at !== undefined && at <= now);
}

/** A century, so that any number of minutes gives a date. */
const longest = 36_525 * 86_400_000;

/** When a script begins by itself; undefined for never. */
export function dueAt(
  { type, loopTime = 0, resetDate }: Script,
  begun: Begun | undefined,
): Date | 'now' | undefined {
  if (type === 'onDemand') return undefined;
  if (!begun || (resetDate !== undefined && resetDate !== begun.resetDate)) return 'now';
  return type === 'loop' ? new Date(begun.at.getTime() + Math.min(loopTime * 60_000, longest)) : undefined;
}

/** What is kept of the `resetDate` when a script begins: without one the last one stays, so that leaving it out runs nothing anew. */
export function resetDateAfter({ resetDate }: Script, begun: Begun | undefined): string {
  return resetDate ?? begun?.resetDate ?? '';
}
