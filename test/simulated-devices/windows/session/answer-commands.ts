import type { Device } from '../state.ts';
import { operate, type Verb } from '../tree/operations.ts';
import type { Outcome } from '../tree/rules.ts';
import type { NodeFormat } from '../tree/store.ts';
import { parseUri } from '../tree/uri.ts';
import type { ClientCommand, ResultItem } from './messages.ts';
import type { Nodes } from './node-context.ts';
import type { PlainVerb, ServerCommand, ServerItem } from './server-message.ts';

/** A command that the device got, and what became of it; each item by itself. */
export interface ReceivedCommand {
  readonly id: string;
  readonly verb: PlainVerb | 'Atomic';
  /** As it was written. */
  readonly uri: string;
  readonly format: NodeFormat | undefined;
  readonly data: string | undefined;
  /** Undefined where nothing was told. */
  readonly status: number | undefined;
}

/** What the device tells of the commands of one message. */
export interface Answers {
  readonly statuses: ClientCommand[];
  readonly results: Extract<ClientCommand, { kind: 'Results' }>[];
  readonly received: ReceivedCommand[];
}

export function newAnswers(): Answers {
  return { statuses: [], results: [], received: [] };
}

/** Carries out a command, and says what became of it. True where it is right as a whole. */
export function answerCommand(
  device: Device,
  nodes: Nodes,
  command: ServerCommand,
  answers: Answers,
): boolean {
  switch (command.kind) {
    case 'Alert':
      return tell(answers, command, 200);
    case 'Sequence':
      return tell(answers, command, 406);
    case 'Atomic':
      return answerAtomic(device, nodes, command, answers);
    default:
      return answerPlain(device, nodes, command, answers);
  }
}

function tell(answers: Answers, { id, kind }: ServerCommand, status: number): boolean {
  answers.statuses.push({ kind: 'Status', cmdRef: id, cmd: kind, status });
  return status < 300;
}

/** With several items, each has its own status that names it; the results come together. */
function answerPlain(
  device: Device,
  nodes: Nodes,
  command: Extract<ServerCommand, { kind: PlainVerb }>,
  answers: Answers,
): boolean {
  const { id, kind, items } = command;
  const outcomes = items.map((item) => ({ item, outcome: outcomeOf(device, nodes, command, item) }));
  const found: ResultItem[] = [];
  for (const { item, outcome } of outcomes) {
    const { target: uri, format, data } = item;
    answers.received.push({ id, verb: kind, uri, format, data, status: outcome.status });
    if (outcome.status === undefined) continue;
    answers.statuses.push({
      kind: 'Status',
      cmdRef: id,
      cmd: kind,
      ...(items.length > 1 && { targetRef: uri }),
      status: outcome.status,
      ...(outcome.originalError !== undefined && { originalError: outcome.originalError }),
    });
    if (outcome.data !== undefined) found.push({ uri, format: outcome.format ?? 'chr', data: outcome.data });
  }
  if (found.length > 0) answers.results.push({ kind: 'Results', cmdRef: id, items: found });
  return outcomes.every(({ outcome: { status } }) => status === undefined || status < 300);
}

function outcomeOf(
  device: Device,
  { context, trees }: Nodes,
  { id, kind }: { readonly id: string; readonly kind: PlainVerb },
  { target, format, data }: ServerItem,
): Outcome {
  const { state } = device;
  const uri = parseUri(target);
  if (!uri) return { status: 404 };
  if (kind === 'Copy') return { status: 406 };
  const fault = faultOf(device, uri.key, kind);
  if (fault) return fault;
  const [scope] = uri.segments;
  if (scope!.toLowerCase() === 'user' && state.signedIn !== 'user') {
    return { status: kind === 'Get' ? 404 : 500 };
  }
  if (kind === 'Exec') state.orders.set(id, (state.orders.get(id) ?? 0) + 1);
  return operate(context, trees, {
    verb: kind satisfies Verb,
    commandId: id,
    segments: uri.segments,
    format,
    data,
  });
}

function faultOf({ state }: Device, key: string, verb: Verb): Outcome | undefined {
  const fault = state.faults.get(key);
  if (!fault || (fault.verbs && !fault.verbs.includes(verb))) return undefined;
  if (fault.times !== undefined && --fault.times <= 0) state.faults.delete(key);
  const { status, originalError } = fault;
  return { status, ...(originalError !== undefined && { originalError }) };
}

/**
 * All of its commands or none: what was done before one failed is taken back (216), what comes after it is not done (215). It holds neither Get nor
 * another Atomic, and nodes of the device or of the user, not both.
 */
function answerAtomic(
  device: Device,
  nodes: Nodes,
  { id, commands }: Extract<ServerCommand, { kind: 'Atomic' | 'Sequence' }>,
  answers: Answers,
): boolean {
  const { store } = nodes.context;
  const before = new Map(store.nodes);
  const inner = newAnswers();
  const fails = commands.findIndex((command) => {
    if (isAllowedInside(command) && isOneScope(commands))
      return !answerCommand(device, nodes, command, inner);
    tell(inner, command, 500);
    return true;
  });
  const isDone = fails < 0;
  if (!isDone) store.nodes = before;
  const failed = commands[fails]?.id;
  answers.statuses.push({ kind: 'Status', cmdRef: id, cmd: 'Atomic', status: isDone ? 200 : 507 });
  answers.received.push({
    id,
    verb: 'Atomic',
    uri: '',
    format: undefined,
    data: undefined,
    status: isDone ? 200 : 507,
  });
  for (const status of inner.statuses) {
    const isTakenBack = !isDone && status.kind === 'Status' && status.cmdRef !== failed;
    answers.statuses.push(isTakenBack ? { ...status, status: 216 } : status);
  }
  for (const command of isDone ? [] : commands.slice(fails + 1)) tell(answers, command, 215);
  answers.received.push(...inner.received);
  return isDone;
}

function isAllowedInside({ kind }: ServerCommand): boolean {
  return kind !== 'Get' && kind !== 'Atomic' && kind !== 'Sequence' && kind !== 'Alert';
}

function isOneScope(commands: readonly ServerCommand[]): boolean {
  const isOfUser = commands.flatMap((command) =>
    'items' in command ? command.items.map(({ target }) => /^\.\/user\//i.test(target)) : [],
  );
  return new Set(isOfUser).size < 2;
}
