import type { Item } from './item.ts';
import type { Situation } from './situation.ts';
import { without } from './without.ts';

const hour = 3_600_000;
/** After so many milliseconds what failed is tried again; then no more, until it is wanted otherwise or the PC is another one. */
const pauses = [hour, 6 * hour, 24 * hour];
const keptFailures = 5;

/** Why something failed: what the PC said, and that for people. */
export interface Failing {
  readonly status: number;
  readonly originalError?: string | undefined;
  readonly text: string;
}

/** An item after a failure; `retryAt` is missing when it was tried often enough. */
export function failed(
  item: Item,
  { status, originalError, text }: Failing,
  { now, circumstances }: Situation,
): Item {
  const details = without(item.details, 'originalError', 'isSecond', 'piece', 'laterId');
  const pause = pauses[item.attempts];
  const at = now.toISOString();
  return {
    ...without(item, 'retryAt', 'error', 'isBelieved'),
    at,
    attempts: item.attempts + 1,
    error: text,
    ...(pause !== undefined && { retryAt: new Date(now.getTime() + pause).toISOString() }),
    details: {
      ...details,
      told: null,
      status,
      ...(originalError !== undefined && { originalError }),
      refusedOn: circumstances,
      failures: [...(item.details.failures ?? []), { at, status }].slice(-keptFailures),
    },
  };
}

/** Whether what failed is to be tried again now. */
export function isDueAgain({ retryAt, details }: Item, { now, circumstances }: Situation): boolean {
  if (retryAt !== undefined && new Date(retryAt) <= now) return true;
  return details.refusedOn !== undefined && details.refusedOn !== circumstances;
}
