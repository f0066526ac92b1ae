import type { Item, Items } from './item.ts';
import type { Situation } from './situation.ts';
import { without } from './without.ts';

/** What the PC took, and does not have any more. */
export function toSetAgain(item: Item, { now }: Situation): Item {
  const { details } = item;
  return {
    ...without(item, 'error', 'retryAt', 'isBelieved'),
    state: 'sent',
    at: now.toISOString(),
    attempts: 0,
    details: { ...details, turn: details.turn + 1, told: null },
  };
}

/** The PC may have been set up anew: what it took and does not tell is to be set again. What is to go is kept in mind. */
export function untoldToSetAgain(items: Items, situation: Situation): Items {
  return Object.fromEntries(
    Object.entries(items).map(([name, item]) => {
      const isUntold = item.state === 'delivered' && item.details.check.kind === 'none';
      return [name, isUntold ? toSetAgain(item, situation) : item];
    }),
  );
}
