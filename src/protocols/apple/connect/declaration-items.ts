import type { Delivery } from '../../../policies/index.ts';

/** The name under which a declaration is kept. */
export function itemOfDeclaration(identifier: string): string {
  return `declaration ${identifier}`;
}

export function isDeclaration(item: string): boolean {
  return item.startsWith(itemOfDeclaration(''));
}

/** A device speaks of what is declared to it within seconds; once a day it is asked to look at it again. */
const silence = 24 * 3_600_000;

/** Whether the device has said nothing for long of something that was declared to it: it may not have got it. */
export function hasUnheard({ items }: Delivery, now: Date): boolean {
  return Object.entries(items).some(
    ([name, { state, at }]) =>
      isDeclaration(name) && state === 'sent' && now.getTime() - new Date(at).getTime() >= silence,
  );
}
