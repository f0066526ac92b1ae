import type { CommandOutcome } from '../dm-command.ts';
import { failed } from './failed.ts';
import type { Item, ItemDetails } from './item.ts';
import type { ItemOutcome } from './outcomes.ts';
import type { FailedNode, Situation } from './situation.ts';
import { textOfStatus } from './status-text.ts';
import { without } from './without.ts';

/** What the PC answered to an item that was set. `otherWays`: how parts of its group, which was set in one piece, go instead. */
export function answerToSet(
  item: Item,
  outcome: CommandOutcome,
  otherWays: readonly Way[],
  situation: Situation,
): ItemOutcome {
  const { status, originalError } = outcome;
  if (status >= 200 && status < 207) return taken(item, outcome, situation);
  if (isNoVerdict(status)) return { item };
  const other = otherWay(item, status);
  if (other) return { item: sentAnew(item, other, { isSecond: true }) };
  // It is there, and nothing can replace it: reading it back shows whether it is as it should be.
  if (status === 418) return taken(item, { ...outcome, status: 200 }, situation);
  // Another part goes in another way: then the whole is told again, and what the PC did not come to most likely goes as that part does.
  const [ofGroup] = otherWays;
  if (isUndone(status) && ofGroup) return { item: sentAnew(item, likelyWay(item, status, ofGroup)) };
  const text = `The PC refused it: ${textOfStatus(status, originalError)}.`;
  return refused(item, { status, originalError, text }, situation);
}

/** A chunk of it was accepted, or the PC wants to know who speaks: the verdict is to come. */
function isNoVerdict(status: number): boolean {
  return status === 213 || status === 401 || status === 407;
}

function taken(item: Item, { id, status }: CommandOutcome, { now }: Situation): ItemOutcome {
  const details = without(item.details, 'isSecond', 'piece', 'laterId', 'asked');
  const { check } = details;
  return {
    item: {
      ...without(item, 'error', 'retryAt'),
      state: 'delivered',
      at: now.toISOString(),
      ...(check.kind === 'none' && { isBelieved: true, error: `The PC took it. ${check.reason}` }),
      details: { ...details, told: null, has: true, status, ...(status === 202 && { laterId: id }) },
    },
    became: 'taken',
  };
}

/** An item that the PC does not have as it should, after it said why or after it was seen. */
export function refused(
  item: Item,
  failing: { readonly status: number; readonly originalError?: string | undefined; readonly text: string },
  situation: Situation,
): ItemOutcome {
  const after = failed({ ...item, state: 'error' }, failing, situation);
  const { title, locUri } = item.details;
  const value: FailedNode = {
    isError: true,
    status: failing.status,
    reason: failing.text,
    attempts: after.details.failures ?? [],
  };
  return {
    item: after,
    event: { title: `'${title}' is not as it should be. ${failing.text}`, error: failing.text },
    reported: { locUri, value },
  };
}

export type Way = 'Add' | 'Replace';

/** A node that is there is replaced, one that is not is added; once in a turn. */
export function otherWay({ details }: Item, status: number): Way | undefined {
  const { verb, isSecond, verbs } = details;
  if (isSecond) return undefined;
  const isThere = verb === 'Add' && status === 418;
  const isNot = verb === 'Replace' && (status === 404 || status === 405);
  if (!isThere && !isNot) return undefined;
  const other = isThere ? 'Replace' : 'Add';
  return verbs?.includes(other) ? other : undefined;
}

function likelyWay(
  { details: { verb, isSecond, verbs } }: Item,
  status: number,
  ofGroup: Way,
): ItemDetails['verb'] {
  return status === notDone && !isSecond && verbs?.includes(ofGroup) ? ofGroup : verb;
}

function sentAnew(item: Item, verb: ItemDetails['verb'], more: Pick<ItemDetails, 'isSecond'> = {}): Item {
  const details = without(item.details, 'piece');
  const turn = details.turn + 1;
  return { ...item, details: { ...details, verb, turn, told: null, ...more } };
}

/** An Atomic stopped before it. */
const notDone = 215;

function isUndone(status: number): boolean {
  return status === notDone || status === 216;
}
