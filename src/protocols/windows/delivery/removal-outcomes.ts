import type { CommandOutcome } from '../dm-command.ts';
import { failed } from './failed.ts';
import type { ItemOutcome } from './outcomes.ts';
import type { Item } from './item.ts';
import type { Situation } from './situation.ts';
import { textOfStatus } from './status-text.ts';

/** These do not become other ones by waiting. */
const final: ReadonlySet<number> = new Set([403, 405, 406]);

/** What the PC answered to the removal of an item. What it cannot be brought to remove stays, and is told so. */
export function answerToRemoval(
  item: Item,
  { status, originalError }: CommandOutcome,
  situation: Situation,
): ItemOutcome {
  if (status === 213 || status === 401 || status === 407) return { item };
  if ((status >= 200 && status < 207) || status === 404) return { item: undefined, became: 'removed' };
  const text = `The PC did not remove it: ${textOfStatus(status, originalError)}.`;
  const { retryAt, ...after } = failed(item, { status, originalError, text }, situation);
  const event = { title: `'${item.details.title}' stays on the PC. ${text}`, error: text };
  if (final.has(status) || retryAt === undefined) return { item: { ...after, state: 'retained' }, event };
  return { item: { ...after, retryAt }, event };
}
