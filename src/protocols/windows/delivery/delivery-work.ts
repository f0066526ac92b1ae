import { keepVerdict } from '../../../compliance/index.ts';
import type { DmAccount } from '../../../devices/dm-accounts/index.ts';
import { recordEvents } from '../../../devices/events/index.ts';
import { reportConfig, type Device } from '../../../devices/index.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { catalogueInUse, type Catalogue } from '../../../policies/csp/index.ts';
import {
  desiredStateOf,
  lockDelivery,
  retriedAt,
  saveDelivery,
  settingsNotInPlace,
  type Delivery,
  type DocumentReader,
  type Items as ReferredItems,
  type ResolvedDocument,
} from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { contentUrl } from '../content/content-token.ts';
import type { MsiReader } from '../msi/msi-reader.ts';
import type { SessionWork } from '../session/work.ts';
import { basisOf, circumstancesOf } from './basis.ts';
import { dataOf, heldContent, withoutLost, type HeldContent } from './held-content.ts';
import { itemsOf, withItems, type Item, type Items, type Wanted } from './item.ts';
import { takeOutcomes } from './outcomes.ts';
import { nodeToRead, reads } from './reads.ts';
import { withLeaving } from './removals.ts';
import { untoldToSetAgain } from './set-again.ts';
import { isToSet, type Contents } from './sets.ts';
import type { ItemEvent, Situation } from './situation.ts';
import { referredItems, wantedSources } from './sources.ts';
import type { Step } from './step.ts';
import { stepsOf, whenToGoOn, withSent } from './steps.ts';
import { wantedOf } from './wanted.ts';

/** What delivery needs of the process. */
export interface DeliveryOptions {
  readonly documents: DocumentReader;
  readonly msi: MsiReader;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
}

/** The one channel of a PC. */
const channel = 'device';

/** All that is known once it has been looked up what a PC shall have. */
interface Known {
  readonly all: Wanted;
  readonly held: HeldContent;
  /** Without that of which the content is lost. */
  readonly wanted: Wanted;
}

/**
 * Gives a PC what it shall have and takes away what it shall not, by what was delivered to it and what it answers. For a PC that has
 * everything this is three small statements and no command.
 */
export async function deliveryWork(
  options: DeliveryOptions,
  context: WriteContext,
  device: Device,
  account: DmAccount,
): Promise<SessionWork> {
  const { now } = context;
  // It is to leave, and what it has goes with its enrolment.
  if (device.state === 'DELETE_REQUESTED') return idle;
  const before = await lockDelivery(context, device.id, channel);
  const state = await desiredStateOf(context, device.id, options.documents);
  // It is worked out soon; until then nothing is taken away.
  if (!state?.document) return idle;
  const { document, documentKey } = state;
  const catalogue = await catalogueInUse(context.db);
  const referred = await referredItems(context, document);
  const circumstances = circumstancesOf(device, account);
  const basis = basisOf({ documentKey, circumstances, catalogue: catalogue.version, referred });
  const situation: Situation = { now, circumstances, catalogue };

  let items = sinceEnrollment(itemsOf(before), account);
  let { settledKey } = before;
  let known: Known | undefined;
  let steps: readonly Step[] = [];
  let wasTold = false;
  const events: ItemEvent[] = [];
  const reported: Record<string, Json> = {};

  /** Looks up what the PC shall have, once, and what is secret or large of it as soon as it is to be sent. */
  async function look(): Promise<void> {
    const all = known?.all ?? (await wantedNow(options, context, device, { document, catalogue, referred }));
    const toSend = new Set(all.items.filter((one) => isToSet(one, items, situation)));
    const held = await heldContent(context, [...toSend], known?.held);
    const wanted = withoutLost(all, toSend, held, catalogue);
    known = { all, held, wanted };
    items = withLeaving(items, wanted, situation);
  }

  const retry = retriedAt(before);
  const isSettled = settledKey === basis && !(retry && retry <= now) && items === itemsOf(before);
  if (!isSettled) await look();

  return {
    async heard(outcomes) {
      const taken = takeOutcomes(items, outcomes, situation);
      events.push(...taken.events);
      Object.assign(reported, taken.reported);
      if (taken.items === items) return;
      items = taken.items;
      await look();
    },
    async doubt() {
      items = untoldToSetAgain(items, situation);
      await look();
    },
    planned(view) {
      wasTold = view.told.size > 0;
      const moment = { ...situation, view };
      steps = known
        ? stepsOf(known.wanted, items, contentsOf(options, context, known.held, catalogue), moment)
        : reads(undefined, items, moment);
      return steps.flatMap(({ commands }) => commands);
    },
    sent(ids) {
      items = withSent(items, steps, new Set(ids));
    },
    async save({ isThrough }) {
      if (known) settledKey = settledKeyFor(basis, known.wanted, items, situation);
      const delivery: Delivery = { ...withItems(before, items), settledKey };
      const isSame = items === itemsOf(before) && settledKey === before.settledKey;
      if (!isSame) await saveDelivery(context, device.id, channel, delivery);
      await recordEvents(context, device.id, events.map(storedEvent));
      await reportConfig(context, device.id, { set: reported, gone: goneFrom(before, items) });
      // Of a PC for which nothing was to be done in its session nothing else is found than before.
      if (isThrough && (known || wasTold)) {
        await keepVerdict(context, device, settingsNotInPlace(document, device.summary, [delivery]));
      }
    },
  };
}

const idle: SessionWork = {
  heard: async () => {},
  planned: () => [],
  sent: () => {},
  save: async () => {},
};

async function wantedNow(
  { msi }: DeliveryOptions,
  context: WriteContext,
  device: Device,
  {
    document,
    catalogue,
    referred,
  }: { document: ResolvedDocument; catalogue: Catalogue; referred: ReferredItems },
): Promise<Wanted> {
  return wantedOf(document, await wantedSources(context, device, { catalogue, referred, msi }));
}

function contentsOf(
  { publicUrl }: DeliveryOptions,
  context: WriteContext,
  held: HeldContent,
  catalogue: Catalogue,
): Contents {
  return {
    nodeData: (one) => dataOf(one, held, catalogue)!,
    urlOf: (assetId) => contentUrl(context, publicUrl, assetId),
  };
}

/** Null while there is something to do. What waits for the user is looked at anew in each session. */
function settledKeyFor(basis: string, wanted: Wanted, items: Items, situation: Situation): string | null {
  const when = whenToGoOn(wanted, items, situation);
  if (when === 'now') return null;
  return when === 'later' ? basis : `${basis} withUser`;
}

/** With its enrolment a PC loses what was delivered to it. */
function sinceEnrollment(items: Items, { enrolledAt }: DmAccount): Items {
  const kept = Object.entries(items).filter(([, { at }]) => new Date(at) >= enrolledAt);
  return kept.length === Object.keys(items).length ? items : Object.fromEntries(kept);
}

function storedEvent({ title, details }: ItemEvent): { title: string; details: JsonObject } {
  return { title, details: { ...details, items: [...details.items] } };
}

/** The paths at which items are reported that are not there any more. */
function goneFrom(before: Delivery, after: Items): string[] {
  const left = new Set(Object.values(after).flatMap(reportedPaths));
  return Object.values(itemsOf(before))
    .flatMap(reportedPaths)
    .filter((locUri) => !left.has(locUri));
}

/** A package is reported by what its installation tells. */
function reportedPaths(item: Item): string[] {
  const { kind, locUri } = item.details;
  if (kind !== 'application') return [locUri];
  return [locUri, nodeToRead('Status', item), nodeToRead('Version', item)];
}
