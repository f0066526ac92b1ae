import type { DmAccount } from '../../../devices/dm-accounts/index.ts';
import { applyFacts, noteInfoTold, type Device } from '../../../devices/index.ts';
import type { Id } from '../../../kernel/id.ts';
import { inventoryOf, saveInventory } from '../../../devices/inventory/index.ts';
import { normaliseLocUri } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { CommandOutcome } from '../dm-command.ts';
import type { WindowsSettings } from '../options.ts';
import type { SessionWork } from '../session/work.ts';
import { readDeviceFacts } from './device-facts.ts';
import { inventoryItems, partsOfInfo } from './inventory.ts';
import { isList, type InventoryItem, type InventoryList, type WindowsPart } from './item.ts';
import { childrenIn, questionsOf, toldNodes, type Question, type ToldNodes } from './told-nodes.ts';

const allParts: readonly WindowsPart[] = ['device', 'security', 'applications', 'certificates'];

/** Longer values are cut: what administrators look for is shorter. */
const longestValue = 4_096;

/**
 * Asks a PC what it is and has, and keeps what it tells at once, part by part, so that nothing is lost when a session ends early and an answer
 * may come twice.
 */
export async function inventoryWork(
  _settings: WindowsSettings,
  context: WriteContext,
  { id: deviceId, refreshInfoNeeded }: Pick<Device, 'id' | 'refreshInfoNeeded'>,
  { reportDueAt }: Pick<DmAccount, 'reportDueAt'>,
): Promise<SessionWork> {
  const isDue = reportDueAt <= context.now;
  const known = refreshInfoNeeded.filter((info) => Object.hasOwn(partsOfInfo, info));
  let told = isDue || known.length > 0 ? await readTold(context, deviceId) : undefined;
  const reported = new Set<WindowsPart>();
  let answered: readonly string[] = [];
  return {
    async heard(outcomes) {
      const own = outcomes.filter(({ id }) => id.startsWith('i'));
      if (own.length === 0) return;
      told ??= await readTold(context, deviceId);
      const asked = askedOf(told);
      for (const outcome of own) {
        const one = asked.get(outcome.id);
        if (one && file(told[one.item.part], one, outcome)) reported.add(one.item.part);
      }
    },
    planned({ isReportDue, told: sent }) {
      const parts = new Set(isReportDue ? allParts : known.flatMap((info) => partsOfInfo[info]!));
      const left = inventoryItems
        .filter(({ part }) => parts.has(part))
        .flatMap((item) => {
          // What a list held when it was told last is no guide before it has been told again.
          const isListed = sent.has(questionsOf(item, nothing)[0]!.id);
          return questionsOf(item, (isListed && told?.[item.part]) || nothing);
        })
        .filter(({ id }) => !sent.has(id));
      // A whole report is more than what an administrator wants to know.
      if (left.length === 0) answered = isReportDue ? refreshInfoNeeded : known;
      return left.map(({ id, locUri }) => ({ id, command: { verb: 'Get', locUri } }));
    },
    sent() {},
    async save() {
      for (const part of reported) {
        await saveInventory(context, deviceId, part, Object.fromEntries(told![part]));
      }
      if (reported.has('device') || reported.has('security')) {
        await applyFacts(context, deviceId, readDeviceFacts(new Map([...told!.device, ...told!.security])));
      }
      if (answered.length > 0) await noteInfoTold(context, deviceId, answered);
    },
  };
}

const nothing: ToldNodes = new Map();

type Told = Readonly<Record<WindowsPart, Map<string, string>>>;

async function readTold({ db, scope }: WriteContext, id: Id): Promise<Told> {
  const [kept] = await inventoryOf(db, [{ organizationId: scope.organization.id, id }], allParts);
  const of = (part: WindowsPart) => new Map(toldNodes(kept?.[part]?.content));
  return {
    device: of('device'),
    security: of('security'),
    applications: of('applications'),
    certificates: of('certificates'),
  };
}

/** Nodes that are not there, or not on such a PC. https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support */
const absent: ReadonlySet<number> = new Set([404, 405, 406]);

interface Asked {
  readonly item: InventoryItem;
  readonly question: Question;
}

/** Everything that a PC can have been asked, by the CmdID. */
function askedOf(told: Told): Map<string, Asked> {
  const asked = inventoryItems.flatMap((item) =>
    questionsOf(item, told[item.part]).map((question) => ({ item, question })),
  );
  return new Map(asked.map((one) => [one.question.id, one]));
}

/** Files the answer to one question. False for what answers none. */
function file(
  values: Map<string, string>,
  { item, question }: Asked,
  { status, nodes }: CommandOutcome,
): boolean {
  const { locUri } = question;
  const { key } = normaliseLocUri(locUri);
  const answer = nodes.find((node) => normaliseLocUri(node.locUri).key === key)?.data;
  if (answer === undefined && !absent.has(status)) return false;
  if (isList(item) && locUri === item.locUri) fileList(values, item, answer);
  else if (answer === undefined) values.delete(locUri);
  else values.set(locUri, answer.slice(0, longestValue).toWellFormed());
  return true;
}

/** What was told of children that are gone goes with them. */
function fileList(values: Map<string, string>, list: InventoryList, answer: string | undefined): void {
  const children = childrenIn(answer ?? '', list);
  const below = `${list.locUri}/`;
  for (const locUri of values.keys()) {
    const child = locUri.startsWith(below) ? locUri.slice(below.length).split('/')[0]! : undefined;
    if (child !== undefined && !children.includes(child)) values.delete(locUri);
  }
  if (answer === undefined) values.delete(list.locUri);
  else values.set(list.locUri, children.join('/'));
}
