import type { CommandOutcome } from '../dm-command.ts';
import { failed } from './failed.ts';
import type { Item } from './item.ts';
import type { ItemOutcome } from './outcomes.ts';
import type { FailedNode, Situation } from './situation.ts';
import { textOfStatus } from './status-text.ts';
import { without } from './without.ts';

/** What the PC answered to an item that was set. `ofGroup`: the statuses of all that was set in one piece with it. */
export function answerToSet(
  item: Item,
  outcome: CommandOutcome,
  ofGroup: readonly number[],
  situation: Situation,
): ItemOutcome {
  const { status, originalError } = outcome;
  if (status >= 200 && status < 207) return taken(item, outcome, situation);
  if (isNoVerdict(status)) return { item };
  const other = otherWay(item, status);
  if (other) return { item: sentAnew(item, other) };
  // It is there, and nothing can replace it: reading it back shows whether it is as it should be.
  if (status === 418) return taken(item, { ...outcome, status: 200 }, situation);
  // Another part failed in a way that may be helped: then the whole is told again.
  if (isUndone(status) && !item.details.isSecond && ofGroup.some(isHelped)) {
    return { item: sentAnew(item, item.details.verb) };
  }
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

/** A node that is there is replaced, one that is not is added; once in a turn. */
function otherWay({ details }: Item, status: number): 'Add' | 'Replace' | undefined {
  const { verb, isSecond, verbs } = details;
  if (isSecond) return undefined;
  const isThere = verb === 'Add' && status === 418;
  const isNot = verb === 'Replace' && (status === 404 || status === 405);
  if (!isThere && !isNot) return undefined;
  const other = isThere ? 'Replace' : 'Add';
  return verbs?.includes(other) ? other : undefined;
}

function sentAnew(item: Item, verb: Item['details']['verb']): Item {
  const details = without(item.details, 'piece');
  const turn = details.turn + 1;
  return { ...item, details: { ...details, verb, turn, told: null, isSecond: true } };
}

function isUndone(status: number): boolean {
  return status === 215 || status === 216;
}

function isHelped(status: number): boolean {
  return status === 404 || status === 405 || status === 418;
}
