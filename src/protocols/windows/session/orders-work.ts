import {
  finishCommand,
  keepAnswer,
  lockWaitingCommands,
  markSent,
  type WaitingCommand,
} from '../../../devices/commands/index.ts';
import { recordEvents } from '../../../devices/events/index.ts';
import type { Device } from '../../../devices/index.ts';
import { parseHexId, type Id } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { escapeXml } from '../../../kernel/xml/escape-xml.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { contentPlaceholder } from '../commands/application-order.ts';
import { contentUrl } from '../content/content-token.ts';
import type { CommandOutcome, DmCommand, IdentifiedCommand } from '../dm-command.ts';
import { textOfStatus } from '../delivery/status-text.ts';
import type { WindowsSettings } from '../options.ts';
import type { SessionWork } from './work.ts';

/** An order with what became of its commands so far, by their ids. */
interface Order {
  readonly waiting: WaitingCommand;
  readonly commands: readonly IdentifiedCommand[];
  readonly answers: ReadonlyMap<string, CommandOutcome>;
  /** Of which the message told what became of them. */
  readonly news: ReadonlySet<string>;
  readonly isSent: boolean;
  /** Those of the commands that are not told twice that were told, in this session or before. */
  readonly told: ReadonlySet<string>;
  /** Of those commands that are not told twice: which were told in a session that broke off before their answer came. */
  readonly unheard: ReadonlySet<string>;
}

/** Exec of these ends the management: the PC becomes as new, or leaves. */
const ending =
  /^\.\/(?:Device\/)?Vendor\/MSFT\/(?:RemoteWipe\/doWipe(?:Protected|Cloud)?|DMClient\/(?:Provider\/[^/]+\/)?Unenroll)$/i;

/**
 * Exec of these sets the PC up anew, and it stays enrolled: what it was given is not there any more.
 * https://learn.microsoft.com/mem/intune/remote-actions/devices-wipe
 */
const renewing =
  /^\.\/(?:Device\/)?Vendor\/MSFT\/(?:RemoteWipe\/(?:doWipe(?:Cloud)?Persist\w+|AutomaticRedeployment\/doAutomaticRedeployment)|CleanPC\/CleanPC\w+)$/i;

const restarting = /^\.\/(?:Device\/)?Vendor\/MSFT\/Reboot\/RebootNow$/i;

/** What is not told again when no answer came: a PC that restarts, or is set up anew, out of turn costs somebody his work. */
const toldOnce: readonly RegExp[] = [restarting, renewing];

const unheardText =
  'The PC was told, and its answer did not come: it may have done it. Give the order again if it has not.';

/**
 * What administrators order. It is told in each session until the PC answers: an order that was on its way when a session broke off may not have
 * come. https://learn.microsoft.com/windows/client-management/mdm/remotewipe-csp
 */
export async function ordersWork(
  { publicUrl }: Pick<WindowsSettings, 'publicUrl'>,
  context: WriteContext,
  { id: deviceId }: Device,
): Promise<SessionWork> {
  const urlOf = (assetId: Id) => contentUrl(context, publicUrl, assetId);
  const waiting = await lockWaitingCommands(context, deviceId, 'device', 'user');
  let orders = waiting.map((one) => orderOf(one, urlOf));
  return {
    async heard(outcomes) {
      const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
      orders = orders.map((order) => withAnswers(order, byId));
    },
    hasEnded: () => orders.some((order) => wasDone(order, ending)),
    isRenewed: () => orders.some((order) => wasDone(order, renewing)),
    mayBeRenewed: () =>
      orders.some(({ commands, answers, told }) =>
        commands.some(({ id, command }) => told.has(id) && !answers.has(id) && isExecOf(command, renewing)),
      ),
    planned({ userIsSignedIn, told, toldAgain }) {
      orders = orders.map((order) => withUnheard(order, (id) => told.has(id) || toldAgain?.has(id) === true));
      return orders.flatMap((order) =>
        order.waiting.channel === 'user' && !userIsSignedIn
          ? []
          : order.commands.filter((command) => !isSettled(order, command)),
      );
    },
    sent(ids) {
      const told = new Set(ids);
      orders = orders.map((order) => withSent(order, told));
    },
    async save() {
      for (const order of orders) await saveOrder(context, deviceId, order);
    },
  };
}

interface OrderBody {
  readonly commands: readonly DmCommand[];
  /** Of what the PC fetches. */
  readonly assetId?: string;
}

function orderOf(waiting: WaitingCommand, urlOf: (assetId: Id) => string): Order {
  const { commands: given, assetId } = waiting.body as unknown as OrderBody;
  const asset = assetId === undefined ? undefined : parseHexId(assetId);
  const url = asset && escapeXml(urlOf(asset));
  const commands = given.map((command, index) =>
    withIds(
      url === undefined ? command : withUrl(command, url),
      given.length === 1 ? waiting.id : `${waiting.id}-${index + 1}`,
    ),
  );
  const results = resultsIn(waiting.answer);
  return {
    waiting,
    commands,
    answers: answersIn(results),
    news: new Set(),
    isSent: false,
    told: new Set(results.flatMap(({ id, isTold }) => (isTold ? [id] : []))),
    unheard: new Set(),
  };
}

function withUrl(command: DmCommand, url: string): DmCommand {
  if (!('value' in command) || !command.value) return command;
  const data = command.value.data.replace(contentPlaceholder, () => url);
  return { ...command, value: { ...command.value, data } };
}

function withIds(command: DmCommand, id: string): IdentifiedCommand {
  if (command.verb !== 'Atomic') return { id, command };
  const commands = command.commands.map((child, index) => ({ ...child, id: `${id}.${index + 1}` }));
  return { id, command: { ...command, commands } };
}

function withAnswers(order: Order, outcomes: ReadonlyMap<string, CommandOutcome>): Order {
  const told = order.commands.flatMap(withChildren).flatMap(({ id }) => outcomes.get(id) ?? []);
  if (told.length === 0) return order;
  const answers = new Map([
    ...order.answers,
    ...told.map((outcome) => [outcome.id, shortened(outcome)] as const),
  ]);
  return { ...order, answers, news: new Set(told.map(({ id }) => id)) };
}

/** What is kept of what one command brings, in characters: lists of orders show it. */
const longestAnswer = 256 * 1024;

function shortened(outcome: CommandOutcome): CommandOutcome {
  let left = longestAnswer;
  const nodes = outcome.nodes.flatMap((node) => {
    if (left <= 0) return [];
    const data = node.data.length > left ? `${node.data.slice(0, left).toWellFormed()}…` : node.data;
    left -= data.length + node.locUri.length;
    return [{ ...node, data }];
  });
  return { ...outcome, nodes };
}

function withChildren(command: IdentifiedCommand): IdentifiedCommand[] {
  return command.command.verb === 'Atomic' ? [command, ...command.command.commands] : [command];
}

function withUnheard(order: Order, isOfThisSession: (id: string) => boolean): Order {
  const unheard = [...order.told].filter((id) => !order.answers.has(id) && !isOfThisSession(id));
  return { ...order, unheard: new Set(unheard) };
}

function withSent(order: Order, ids: ReadonlySet<string>): Order {
  const sent = order.commands.filter(({ id }) => ids.has(id));
  if (sent.length === 0) return order;
  const once = sent.filter(({ command }) => toldOnce.some((nodes) => isExecOf(command, nodes)));
  return { ...order, isSent: true, told: new Set([...order.told, ...once.map(({ id }) => id)]) };
}

function isSettled({ answers, unheard }: Order, command: IdentifiedCommand): boolean {
  return unheard.has(command.id) || isAnswered(command, answers);
}

/** Some PCs answer only to the commands in an Atomic. */
function isAnswered({ id, command }: IdentifiedCommand, answers: Order['answers']): boolean {
  if (answers.has(id)) return true;
  return command.verb === 'Atomic' && command.commands.every((child) => answers.has(child.id));
}

function isExecOf(command: DmCommand, nodes: RegExp): boolean {
  return command.verb === 'Exec' && nodes.test(command.locUri);
}

/** Whether the PC says with this message that it did one of these. */
function wasDone({ commands, answers, news }: Order, nodes: RegExp): boolean {
  return commands.some(
    ({ id, command }) => news.has(id) && isExecOf(command, nodes) && isGood(answers.get(id)),
  );
}

function isGood(outcome: CommandOutcome | undefined): boolean {
  return outcome !== undefined && outcome.status >= 200 && outcome.status < 300;
}

/** What is added for the sake of what is done with it may be there. */
function isThereAlready(command: DmCommand, { status }: CommandOutcome, { commands }: Order): boolean {
  if (command.verb !== 'Add' || status !== 418) return false;
  return commands.some(({ command: other }) => other.verb === 'Exec' && other.locUri === command.locUri);
}

async function saveOrder(context: WriteContext, deviceId: Id, order: Order): Promise<void> {
  const { waiting, commands, news, isSent, unheard } = order;
  const hasNews = news.size > 0;
  const isFinished = commands.every((command) => isSettled(order, command));
  if ((hasNews || unheard.size > 0) && isFinished) return finish(context, deviceId, order);
  if (hasNews || (isSent && order.told.size > 0)) await keepAnswer(context, waiting.id, answerOf(order));
  if (isSent) await markSent(context, waiting.id);
}

async function finish(context: WriteContext, deviceId: Id, order: Order): Promise<void> {
  const { id, type } = order.waiting;
  const failed = order.commands.flatMap(withChildren).flatMap(({ id: commandId, command }) => {
    const outcome = order.answers.get(commandId);
    return !outcome || isGood(outcome) || isThereAlready(command, outcome, order)
      ? []
      : [textOfFailure(command, outcome)];
  });
  const texts = [...failed, ...(order.unheard.size > 0 ? [unheardText] : [])];
  const error = texts.length === 0 ? null : texts.join(' — ');
  const state = error === null ? 'acknowledged' : 'error';
  await finishCommand(context, id, { state, answer: answerOf(order), error });
  const title = titleOf(type, failed.length > 0, error);
  const details = { commandId: id, command: type, ...(error !== null && { error }) };
  await recordEvents(context, deviceId, [{ title, details }]);
}

function titleOf(type: string, isRefused: boolean, error: string | null): string {
  if (error === null) return `The PC did '${type}'.`;
  return isRefused ? `The PC refused '${type}': ${error}` : `What became of '${type}' is not known: ${error}`;
}

function textOfFailure(command: DmCommand, { status, originalError }: CommandOutcome): string {
  const what = command.verb === 'Atomic' ? 'Atomic' : `${command.verb} ${command.locUri}`;
  return `${what}: ${textOfStatus(status, originalError)}`;
}

/** What is kept as the answer: of each command, also of those in an Atomic, what became of it as far as that is known. */
function answerOf(order: Order): JsonObject {
  return { results: order.commands.flatMap(withChildren).map((command) => resultOf(command, order)) };
}

function resultOf({ id, command }: IdentifiedCommand, { answers, told }: Order): JsonObject {
  const { status, originalError, nodes = [] } = answers.get(id) ?? {};
  return {
    id,
    verb: command.verb,
    ...('locUri' in command && { locUri: command.locUri }),
    ...(status === undefined && told.has(id) && { isTold: true }),
    ...(status !== undefined && { status }),
    ...(originalError !== undefined && { originalError }),
    ...(nodes.length > 0 && {
      nodes: nodes.map(({ locUri, format, data }) => ({ locUri, format, data })),
    }),
  };
}

interface KeptResult extends Partial<CommandOutcome> {
  readonly id: string;
  /** It was told, and its answer has not come. */
  readonly isTold?: true;
}

function resultsIn(answer: JsonObject | null): readonly KeptResult[] {
  return (answer?.['results'] ?? []) as unknown as readonly KeptResult[];
}

function answersIn(results: readonly KeptResult[]): Map<string, CommandOutcome> {
  return new Map(
    results.flatMap(({ id, status, originalError, nodes = [] }) =>
      status === undefined
        ? []
        : [[id, { id, status, ...(originalError !== undefined && { originalError }), nodes }] as const],
    ),
  );
}
