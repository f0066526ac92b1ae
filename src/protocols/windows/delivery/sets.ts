import type { Id } from '../../../kernel/id.ts';
import { isOfUser, type IdentifiedCommand, type NodeCommand, type NodeData } from '../dm-command.ts';
import { broughtBy } from './admx-files.ts';
import { atomicId, commandId } from './command-ids.ts';
import { isDueAgain } from './failed.ts';
import type { Item, ItemDetails, Items, Wanted, WantedApplication, WantedItem, WantedNode } from './item.ts';
import { installJob } from './msi-package.ts';
import type { Moment, Situation } from './situation.ts';
import type { Step } from './step.ts';

/** What is looked up when it is sent. */
export interface Contents {
  readonly nodeData: (wanted: WantedNode) => NodeData;
  /** Where a PC fetches an asset. */
  readonly urlOf: (assetId: Id) => string;
}

/** Whether the PC is still to be told to have this. What is on its way is told again in another session: the answer may be lost. */
export function isToSet(
  { item, version }: Pick<WantedItem, 'item' | 'version'>,
  items: Items,
  situation: Situation,
): boolean {
  const has = items[item];
  if (!has || has.version !== version) return true;
  if (has.state === 'error') return isDueAgain(has, situation);
  return has.state !== 'delivered' && has.state !== 'verified';
}

/** What is to be set, in the order of what is wanted. */
export function sets({ items: wanted }: Wanted, items: Items, contents: Contents, moment: Moment): Step[] {
  const due = wanted.filter((one) => isToSet(one, items, moment));
  const waitedFor = new Set(filesOnTheirWay(wanted, due, items));
  const isWaiting = ({ needs }: WantedNode) => needs !== undefined && waitedFor.has(needs);
  const begun = due.flatMap((one): Begun[] => {
    if (isOfUser(one.locUri) && !moment.view.userIsSignedIn) return [];
    if (one.kind === 'application') return [installing(one, items, contents, moment)];
    if (isWaiting(one)) return [];
    return [setting(one, contents.nodeData(one), items, moment)];
  });
  const told = begun.filter(({ id }) => !moment.view.told.has(id));
  return inPieces(told);
}

/** Of which ADMX files some were refused and are not sent now, or are to go first, with what they brought. */
function filesOnTheirWay(
  wanted: readonly WantedItem[],
  due: readonly WantedItem[],
  items: Items,
): (string | undefined)[] {
  const refused = wanted.filter((one) => items[one.item]?.state === 'error' && !due.includes(one));
  const kept = new Set(wanted.map(({ item }) => item));
  const going = Object.entries(items).filter(([name, { state }]) => state === 'removing' && !kept.has(name));
  return [...refused, ...going.map(([, { details }]) => details)].map(broughtBy);
}

/** An item that is about to be set. */
interface Begun {
  readonly id: string;
  readonly name: string;
  readonly group: string | undefined;
  readonly commands: readonly IdentifiedCommand<NodeCommand>[];
  readonly item: Item;
}

function setting(one: WantedNode, value: NodeData, items: Items, { now }: Situation): Begun {
  const { item: name, group, locUri } = one;
  const item = begin(one, one.verbs[0], items, now);
  const verb = item.details.verb as 'Add' | 'Replace';
  const id = item.details.told!;
  return { id, name, group, commands: [{ id, command: { verb, locUri, value } }], item };
}

/** A package has to be added before its installation can be ordered; that it is there already does no harm. */
function installing(one: WantedApplication, items: Items, { urlOf }: Contents, { now }: Situation): Begun {
  const { item: name, locUri } = one;
  const item = begin(one, 'Exec', items, now);
  const id = item.details.told!;
  const job = installJob(one.package, urlOf(one.assetId), item.details.turn);
  return {
    id,
    name,
    group: undefined,
    commands: [
      { id: `${id}.add`, command: { verb: 'Add', locUri, value: { format: 'null', data: '' } } },
      { id, command: { verb: 'Exec', locUri, value: { format: 'xml', data: job } } },
    ],
    item,
  };
}

/** The item as it is on its way: as before when no answer came, else in a new turn. */
function begin(one: WantedItem, usual: ItemDetails['verb'], items: Items, now: Date): Item {
  const { item: name, version, values, kind, title, locUri, check } = one;
  const before = items[name];
  const isSame = before?.version === version;
  const isOnItsWay = isSame && before.state === 'sent';
  const verb = isOnItsWay ? before.details.verb : usual;
  const turn = isOnItsWay ? before.details.turn : (before?.details.turn ?? 0) + 1;
  const told = commandId(verb, { item: name, version, turn });
  const attempts = isSame && (before.state === 'sent' || before.state === 'error') ? before.attempts : 0;
  const { isSecond } = isOnItsWay ? before.details : {};
  const { failures, status, originalError, refusedOn } = isSame ? before.details : {};
  return {
    version,
    state: 'sent',
    at: isOnItsWay ? before.at : now.toISOString(),
    values,
    attempts,
    details: {
      kind,
      title,
      locUri,
      verb,
      ...(one.kind !== 'application' && { verbs: one.verbs }),
      turn,
      check,
      told,
      has: before !== undefined && mayHave(before),
      ...(isSecond && { isSecond }),
      ...(failures && { failures }),
      ...(status !== undefined && { status }),
      ...(originalError !== undefined && { originalError }),
      ...(refusedOn !== undefined && { refusedOn }),
    },
  };
}

/** What was sent without an answer may have arrived. */
function mayHave({ state, details }: Item): boolean {
  return details.has || (state === 'sent' && details.told !== null);
}

/** Nodes of one group go into one Atomic, also one that goes alone: the PC takes them in no other way. */
function inPieces(begun: readonly Begun[]): Step[] {
  const steps: Step[] = [];
  const groups = Map.groupBy(begun, ({ group, id }) => group ?? id);
  for (const members of groups.values()) {
    const [first] = members as [Begun];
    if (first.group === undefined) {
      steps.push({ id: first.id, commands: first.commands, sent: { [first.name]: first.item } });
      continue;
    }
    const id = atomicId(members.map((member) => member.id));
    const sent = members.map(({ name, item }) => [
      name,
      { ...item, details: { ...item.details, piece: id } } satisfies Item,
    ]);
    const commands = members.flatMap((member) => member.commands);
    steps.push({
      id,
      commands: [{ id, command: { verb: 'Atomic', commands } }],
      sent: Object.fromEntries(sent) as Items,
    });
  }
  return steps;
}
