import type { NodeData } from '../dm-command.ts';
import type { Items, Wanted } from './item.ts';
import { reads } from './reads.ts';
import { removals } from './removals.ts';
import { sets, type Contents } from './sets.ts';
import type { Moment, Situation } from './situation.ts';
import type { Step } from './step.ts';

/**
 * All that is left to tell a PC in its session, in order: what it shall have comes before what goes, so that no rule lapses between; questions
 * come last.
 */
export function stepsOf(wanted: Wanted, items: Items, contents: Contents, moment: Moment): Step[] {
  return [
    ...sets(wanted, items, contents, moment),
    ...removals(wanted, items, moment),
    ...reads(wanted, items, moment),
  ];
}

const nothing: NodeData = { format: 'null', data: '' };
const anything: Contents = { nodeData: () => nothing, urlOf: () => '' };

/** When there is something to do for a PC: at once, when its user is signed in, or when something else changes. */
export function whenToGoOn(wanted: Wanted, items: Items, situation: Situation): 'now' | 'withUser' | 'later' {
  const stepsWhen = (userIsSignedIn: boolean) =>
    stepsOf(wanted, items, anything, {
      ...situation,
      view: { userIsSignedIn, isReportDue: false, told: new Set() },
    });
  if (stepsWhen(false).length > 0) return 'now';
  return stepsWhen(true).length > 0 ? 'withUser' : 'later';
}

/** The items with those of what has gone out as they are now. */
export function withSent(items: Items, steps: readonly Step[], ids: ReadonlySet<string>): Items {
  const gone = steps.filter(({ id }) => ids.has(id));
  return gone.length === 0 ? items : Object.assign({}, items, ...gone.map(({ sent }) => sent));
}
