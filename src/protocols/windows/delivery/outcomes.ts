import type { CommandOutcome } from '../dm-command.ts';
import type { Item, Items } from './item.ts';
import { answerToRead } from './read-outcomes.ts';
import { readId } from './reads.ts';
import { answerToRemoval } from './removal-outcomes.ts';
import { answerToSet, otherWay, refused, type Way } from './set-outcomes.ts';
import type { Changed, FailedNode, ItemEvent, Situation } from './situation.ts';
import { textOfStatus } from './status-text.ts';

/** What became of one item. */
export interface ItemOutcome {
  /** Undefined when it is gone. */
  readonly item: Item | undefined;
  /** What is to be told of it alone, for people. */
  readonly event?: { readonly title: string; readonly error?: string };
  /** What is told of all of a message together. */
  readonly became?: 'taken' | 'removed';
  /** What the PC says of a node. */
  readonly reported?: { readonly locUri: string; readonly value: string | FailedNode };
}

type Take = (item: Item) => ItemOutcome;

/**
 * Takes what became of commands: each finds the items that are on their way under its id, or that were to be read under it. What was told again
 * meanwhile, in another version, is on its way under another id, so that an answer of long ago finds nothing.
 */
export function takeOutcomes(
  before: Items,
  outcomes: readonly CommandOutcome[],
  situation: Situation,
): Changed {
  const items: Record<string, Item> = { ...before };
  const found: { readonly name: string; readonly outcome: ItemOutcome }[] = [];
  const take = (name: string, by: Take) => {
    const outcome = by(items[name]!);
    if (outcome.item) items[name] = outcome.item;
    else delete items[name];
    found.push({ name, outcome });
  };
  const questions = askedUnder(before);
  const underWay = byToldId(before);
  const answers = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  for (const outcome of answers.values()) {
    for (const name of underWay.get(outcome.id) ?? []) {
      take(name, (item) =>
        item.state === 'sent'
          ? answerToSet(item, outcome, otherWaysIn(item, before, answers), situation)
          : answerToRemoval(item, outcome, situation),
      );
    }
    const question = questions.get(outcome.id);
    if (question) {
      const lastError = answers.get(readId('LastError', question.name, items[question.name]!));
      take(question.name, (item) => answerToRead(item, question.kind, outcome, lastError, situation));
    }
  }
  for (const outcome of answers.values()) {
    for (const [name, item] of Object.entries(items)) {
      if (item.state !== 'sent' || item.details.piece !== outcome.id || item.details.told === null) continue;
      take(name, (one) => answerToWhole(one, outcome, situation));
    }
  }
  const reported = found.flatMap(({ outcome }) => outcome.reported ?? []);
  return {
    items: found.some(({ name }) => items[name] !== before[name]) ? items : before,
    events: eventsOf(found),
    reported: Object.fromEntries(reported.map(({ locUri, value }) => [locUri, value])),
  };
}

/** An Atomic whose parts the PC does not speak of one by one. */
function answerToWhole(item: Item, outcome: CommandOutcome, situation: Situation): ItemOutcome {
  const { status, originalError } = outcome;
  if (status < 300) return answerToSet(item, { ...outcome, status: 200 }, [], situation);
  const text = `The PC refused the group that it is in: ${textOfStatus(status, originalError)}.`;
  return refused(item, { status, originalError, text }, situation);
}

/** In which ways other than before the parts of the item's group are to be set. */
function otherWaysIn(
  { details: { piece } }: Item,
  items: Items,
  answers: ReadonlyMap<string, CommandOutcome>,
): Way[] {
  if (piece === undefined) return [];
  return Object.values(items).flatMap((item) => {
    const answer = item.details.piece === piece ? answers.get(item.details.told ?? '') : undefined;
    return (answer && otherWay(item, answer.status)) ?? [];
  });
}

function byToldId(items: Items): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [name, { state, details }] of Object.entries(items)) {
    if (details.told === null || (state !== 'sent' && state !== 'removing')) continue;
    const others = names.get(details.told);
    if (others) others.push(name);
    else names.set(details.told, [name]);
  }
  return names;
}

type Question = { readonly name: string; readonly kind: 'value' | 'Status' | 'Version' };

function askedUnder(items: Items): Map<string, Question> {
  const questions = new Map<string, Question>();
  for (const [name, item] of Object.entries(items)) {
    if (item.state !== 'delivered' && item.state !== 'verified') continue;
    const { check } = item.details;
    if (check.kind === 'none') continue;
    const kind = check.kind !== 'installation' ? 'value' : item.state === 'delivered' ? 'Status' : 'Version';
    questions.set(readId(kind, name, item), { name, kind });
  }
  return questions;
}

/** What is usual is told in one sentence for all; what went wrong for each. */
function eventsOf(found: readonly { readonly name: string; readonly outcome: ItemOutcome }[]): ItemEvent[] {
  const alone = found.flatMap(({ name, outcome: { event } }): ItemEvent[] => {
    if (!event) return [];
    const { title, error } = event;
    return [{ title, details: { items: [name], ...(error !== undefined && { error }) } }];
  });
  const together = (became: ItemOutcome['became'], what: string): ItemEvent[] => {
    const items = found.filter(({ outcome }) => outcome.became === became).map(({ name }) => name);
    if (items.length === 0) return [];
    const settings = items.length === 1 ? 'a setting' : `${items.length} settings`;
    return [{ title: `The PC ${what} ${settings}.`, details: { items } }];
  };
  return [...together('taken', 'took'), ...together('removed', 'gave up'), ...alone];
}
