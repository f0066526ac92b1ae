import { removalOf, type Catalogue } from '../../../policies/csp/index.ts';
import { normaliseLocUri } from '../../../policies/index.ts';
import { isOfUser, type NodeCommand } from '../dm-command.ts';
import { broughtBy } from './admx-files.ts';
import { commandId } from './command-ids.ts';
import { isDueAgain } from './failed.ts';
import type { Item, Items, Wanted } from './item.ts';
import type { Moment, Situation } from './situation.ts';
import type { Step } from './step.ts';
import { without } from './without.ts';

/** How something goes that nobody wants any more: by a command, or not at all. */
type WayOut = { readonly command: NodeCommand } | { readonly retained: string };

/**
 * Marks what is to go, and what stays on the PC because there is no way to remove it. What cannot be had is kept with its reason, as far as
 * nothing of it is on the PC.
 */
export function withLeaving(items: Items, wanted: Wanted, situation: Situation): Items {
  const kept = new Set(wanted.items.map(({ item }) => item));
  const skipped = new Map(wanted.skipped.map((one) => [one.item, one]));
  const after: Record<string, Item> = {};
  for (const [name, item] of Object.entries(items)) {
    const left = kept.has(name) ? item : leaving(item, wanted, situation);
    if (left) after[name] = left;
  }
  for (const [name, { values, reason }] of skipped) {
    if (after[name]) continue;
    const before = items[name];
    const isSame = before?.state === 'notApplicable' && before.error === reason && isEqual(before, values);
    after[name] = isSame ? before : notApplicable(name, values, reason, situation.now);
  }
  const isUnchanged =
    Object.keys(after).length === Object.keys(items).length &&
    Object.entries(after).every(([name, item]) => items[name] === item);
  return isUnchanged ? items : after;
}

function isEqual(item: Item, values: Item['values']): boolean {
  return JSON.stringify(item.values) === JSON.stringify(values);
}

function notApplicable(name: string, values: Item['values'], error: string, now: Date): Item {
  return {
    version: '',
    state: 'notApplicable',
    at: now.toISOString(),
    values,
    attempts: 0,
    error,
    details: {
      kind: 'node',
      title: name,
      locUri: name,
      verb: 'Replace',
      turn: 0,
      check: { kind: 'none', reason: error },
      told: null,
      has: false,
    },
  };
}

/** An item that is not wanted; undefined when nothing of it is on the PC. */
function leaving(item: Item, wanted: Wanted, situation: Situation): Item | undefined {
  const { state, details } = item;
  if (state === 'notApplicable') return undefined;
  // What the PC refused every time it never had.
  if (!details.has && state === 'error') return undefined;
  if (state === 'retained' && details.refusedOn === situation.circumstances) return item;
  const way = wayOut(item, wanted, situation.catalogue);
  if ('retained' in way) {
    if (state === 'retained' && item.error === way.retained) return item;
    return asLeaving(item, 'retained', situation.now, way.retained);
  }
  return state === 'removing' ? item : asLeaving(item, 'removing', situation.now);
}

function asLeaving(item: Item, state: 'removing' | 'retained', now: Date, error?: string): Item {
  const details = without(item.details, 'failures', 'refusedOn', 'isSecond', 'piece');
  return {
    ...without(item, 'retryAt', 'error', 'isBelieved'),
    state,
    at: now.toISOString(),
    attempts: 0,
    ...(error !== undefined && { error }),
    details: { ...details, told: null },
  };
}

function wayOut({ details }: Item, wanted: Wanted, catalogue: Catalogue): WayOut {
  const { kind, locUri } = details;
  if (kind === 'admx') return { command: { verb: 'Delete', locUri } };
  if (kind === 'application') {
    return { command: { verb: 'Delete', locUri: locUri.slice(0, locUri.lastIndexOf('/')) } };
  }
  const { unit, alone } = removalOf(catalogue, locUri);
  if (unit !== null) {
    const { key } = normaliseLocUri(unit);
    const isNeeded = wanted.items.some(({ item }) => item === key || item.startsWith(`${key}/`));
    if (!isNeeded) return { command: { verb: 'Delete', locUri: unit } };
  }
  switch (alone.kind) {
    case 'delete':
      return { command: { verb: 'Delete', locUri } };
    case 'replace': {
      const { format, data } = alone;
      return { command: { verb: 'Replace', locUri, value: { format, data } } };
    }
    case 'retained':
      return { retained: alone.reason };
  }
}

function rankOf({ details }: Item): number {
  if (details.kind === 'application') return 0;
  return broughtBy(details) === undefined ? 1 : 2;
}

/** What is to be removed: children before parents, ADMX files after the policies that they brought. Items that go by one command go together. */
export function removals(wanted: Wanted, items: Items, moment: Moment): Step[] {
  const kept = new Set(wanted.items.map(({ item }) => item));
  const due = Object.entries(items)
    // What is wanted again is set, whatever was begun.
    .filter(([name, item]) => item.state === 'removing' && !kept.has(name))
    .filter(([, item]) => item.error === undefined || isDueAgain(item, moment))
    .filter(([, { details }]) => moment.view.userIsSignedIn || !isOfUser(details.locUri))
    .filter(([name, { details }]) => details.kind !== 'application' || !isBeingReplaced(name, wanted, items))
    .sort(([left, one], [right, other]) => {
      return rankOf(one) - rankOf(other) || (left < right ? 1 : -1);
    });
  const ways = due.flatMap(([name, item]) => {
    const way = wayOut(item, wanted, moment.catalogue);
    return 'command' in way ? [{ name, item, command: way.command }] : [];
  });
  const together = Map.groupBy(ways, ({ command }) => normaliseLocUri(command.locUri).key);
  return [...together.values()].flatMap((members): Step[] => {
    const { command } = members[0]!;
    const turn = members.reduce((sum, { item }) => sum + item.details.turn, 0);
    const id = commandId(`remove ${command.verb}`, {
      item: members.map(({ name }) => name).join('\n'),
      version: command.locUri.toLowerCase(),
      turn,
    });
    if (moment.view.told.has(id)) return [];
    const sent = members.map(({ name, item }) => [
      name,
      { ...item, details: { ...item.details, told: id } } satisfies Item,
    ]);
    return [{ id, commands: [{ id, command }], sent: Object.fromEntries(sent) as Items }];
  });
}

/** Another package of the same application comes first, and takes the place of this one by itself where it was made so. */
function isBeingReplaced(name: string, wanted: Wanted, items: Items): boolean {
  const application = name.slice(0, name.lastIndexOf('/') + 1);
  return wanted.items.some(
    ({ item }) =>
      item.startsWith(application) && items[item]?.state !== 'verified' && !isRefused(items[item]),
  );
}

function isRefused(item: Item | undefined): boolean {
  return item?.state === 'error' && item.retryAt === undefined;
}
