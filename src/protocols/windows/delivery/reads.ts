import { isOfUser } from '../dm-command.ts';
import { commandId } from './command-ids.ts';
import type { Item, Items, Wanted } from './item.ts';
import type { Moment } from './situation.ts';
import type { Step } from './step.ts';

/** So often it is asked in sessions that begin for other reasons: the answer may be lost, but it may also never come. */
const mostAsked = 3;

/** What the PC is asked of an item. */
type Question = 'value' | 'Status' | 'LastError' | 'Version';

export function readId(question: Question, item: string, { version, details: { turn } }: Item): string {
  return commandId(`read ${question}`, { item, version, turn });
}

/** The node that answers the question. */
export function nodeToRead(question: Question, { details: { locUri } }: Item): string {
  return question === 'value' ? locUri : `${locUri.slice(0, locUri.lastIndexOf('/'))}/${question}`;
}

/**
 * What is read back: what was just taken, and, when a report is due, whether what was there still is. `wanted` is undefined where all items
 * are wanted as they are.
 */
export function reads(wanted: Wanted | undefined, items: Items, moment: Moment): Step[] {
  const versions = wanted && new Map(wanted.items.map(({ item, version }) => [item, version]));
  return Object.entries(items).flatMap(([name, item]): Step[] => {
    if (versions && versions.get(name) !== item.version) return [];
    if (isOfUser(item.details.locUri) && !moment.view.userIsSignedIn) return [];
    return questions(item, moment).flatMap((question): Step[] => {
      const id = readId(question, name, item);
      if (moment.view.told.has(id)) return [];
      const locUri = nodeToRead(question, item);
      const sent = item.state === 'delivered' ? { [name]: asked(item) } : {};
      return [{ id, commands: [{ id, command: { verb: 'Get', locUri } }], sent }];
    });
  });
}

function questions({ state, details }: Item, { view }: Moment): Question[] {
  const { check } = details;
  if (check.kind === 'none') return [];
  if (state === 'verified') {
    if (!view.isReportDue) return [];
    return check.kind === 'installation' ? ['Version'] : ['value'];
  }
  if (state !== 'delivered' || isToldNow(details, view.told)) return [];
  if (check.kind === 'installation') return ['Status', 'LastError'];
  return (details.asked ?? 0) < mostAsked || view.isReportDue ? ['value'] : [];
}

/** What the PC does later is not there yet in the session in which it was told. */
function isToldNow({ laterId }: Item['details'], told: ReadonlySet<string>): boolean {
  return laterId !== undefined && told.has(laterId);
}

function asked(item: Item): Item {
  return { ...item, details: { ...item.details, asked: (item.details.asked ?? 0) + 1 } };
}
