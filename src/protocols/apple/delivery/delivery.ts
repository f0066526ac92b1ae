import {
  appleItemOf,
  lackedFor,
  type ResolvedDocument,
  type ResolvedSetting,
} from '../../../policies/index.ts';
import { activated, type Declaration } from '../declarations/declaration.ts';
import { configurationForPayload } from '../declarations/index.ts';
import { legacyProfile } from '../declarations/legacy-profile.ts';
import { supports } from '../declarations/configuration.ts';
import { statusSubscriptions } from '../declarations/status-subscriptions.ts';
import { ownIdentifier } from '../own-identifier.ts';
import { payloadProfile } from '../profiles/payload-profile.ts';
import { rawProfile } from '../profiles/raw-profile.ts';
import type { DeviceFacts } from './facts.ts';
import type {
  ItemSettings,
  Made,
  Undeliverable,
  Wanted,
  WantedDeclaration,
  WantedProfile,
} from './wanted.ts';

export interface Delivery {
  /** In the order of the items' names. */
  readonly wanted: readonly Wanted[];
  /** All that the device shall know by declarative management: those of `wanted`, and its subscriptions. Empty where it has none. */
  readonly declarations: readonly Declaration[];
  readonly undeliverable: readonly Undeliverable[];
}

/**
 * What one device shall have installed so that it has its desired state. Each setting that it can take is carried by exactly one item: by a
 * declaration where the device supports one that says all of its item, else by a profile; or it is named as undeliverable. What the device
 * lacks something for is left out (see `lackedFor`).
 */
export function deliveryOf(document: ResolvedDocument, facts: DeviceFacts): Delivery {
  const made = itemsFor(document, facts).map((item) => makeItem(item, facts));
  const wanted = made.flatMap((item) => item.wanted ?? []);
  return {
    wanted,
    declarations: [
      ...statusSubscriptions(facts),
      ...wanted.flatMap((item) => (item.via === 'declaration' ? item.declarations : [])),
    ],
    undeliverable: made.flatMap((item) => item.undeliverable),
  };
}

/** The settings that the device can take, by item. */
function itemsFor({ settings }: ResolvedDocument, facts: DeviceFacts): ItemSettings[] {
  const applicable = settings.filter(
    ({ platform, key }) => platform === 'apple' && lackedFor(facts.system, key, facts) === undefined,
  );
  const items = Map.groupBy(applicable, appleItemOf);
  return [...items]
    .sort(([left], [right]) => compare(left, right))
    .map(([item, ofItem]) => ({
      item,
      settings: ofItem.sort((left, right) => compare(left.key, right.key)),
    }));
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function makeItem(item: ItemSettings, facts: DeviceFacts): Made<Wanted> {
  const [first] = item.settings as readonly [ResolvedSetting];
  if (item.item === first.key) return asDeclared(rawProfile(first, facts), facts);
  const declared = declaredItem(item, facts);
  return declared ? { wanted: declared, undeliverable: [] } : asDeclared(payloadProfile(item, facts), facts);
}

function asDeclared({ wanted, undeliverable }: Made<WantedProfile>, facts: DeviceFacts): Made<Wanted> {
  if (!wanted) return { undeliverable };
  return { wanted: legacyProfile(wanted, facts) ?? wanted, undeliverable };
}

function declaredItem({ item, settings }: ItemSettings, facts: DeviceFacts): WantedDeclaration | undefined {
  const configuration = configurationForPayload(item);
  if (!configuration || !supports(facts, configuration)) return undefined;
  const payload = configuration.payloadOf(settings, facts);
  if (!payload) return undefined;
  const { type, name } = configuration;
  const identifier = ownIdentifier(facts.organizationHex, name);
  const declarations = activated({ type, identifier, payload });
  return {
    item,
    via: 'declaration',
    channel: 'device',
    identifier,
    hash: declarations[0].serverToken,
    keys: settings.map(({ key }) => key),
    declarations,
  };
}
