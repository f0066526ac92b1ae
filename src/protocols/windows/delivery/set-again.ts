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

/** All that the PC took is in doubt, as after it may have been set up anew. What is to go is kept in mind. */
export function allToSetAgain(items: Items, situation: Situation): Items {
  return Object.fromEntries(
    Object.entries(items).map(([name, item]) => {
      const isInPlace = item.state === 'delivered' || item.state === 'verified';
      return [name, isInPlace ? toSetAgain(item, situation) : item];
    }),
  );
}
