import type { DeliveredItem, Delivery } from '../../../policies/index.ts';
import type { ComputedCommand } from './computed-command.ts';

/** A profile that a device shall have by one of its channels. */
export interface ProfileToHave {
  /** The name under which it is kept. */
  readonly item: string;
  /** Changes with the content. */
  readonly version: string;
  readonly identifier: string;
  /** The `PayloadUUID`, by which the device names it in its list. */
  readonly uuid: string;
  readonly displayName: string;
  /** A digest of the value of each setting that it carries, by the setting's key. */
  readonly values: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** What happened to a profile, for the device's timeline. */
interface ItemEvent {
  readonly title: string;
  readonly details: { readonly identifier: string; readonly error?: string };
}

interface Changed {
  readonly delivery: Delivery;
  readonly events: readonly ItemEvent[];
}

const hour = 3_600_000;
/** After so many milliseconds what the device refused is tried again; then no more, until it is another one. */
export const pauses: readonly number[] = [hour, 6 * hour, 24 * hour];

/**
 * The next profile to install or to remove, or that the device shall say what it has. New ones come before old ones go, so that no rule lapses
 * between. `declared` are the identifiers of the profiles that the device shall have by declarations: it keeps what it has of them.
 */
export function nextOfDelivery(
  wanted: readonly ProfileToHave[],
  declared: readonly string[],
  { items }: Delivery,
  now: Date,
  mayAsk: (command: ComputedCommand) => boolean,
): ComputedCommand | undefined {
  for (const { item, version } of wanted) {
    const command = { kind: 'install', item, version } as const;
    if (isToInstall(items[item], version, now) && mayAsk(command)) return command;
  }
  const kept = new Set([...wanted.map(({ item }) => item), ...declared.map(itemOfProfile)]);
  for (const [item, has] of Object.entries(items)) {
    if (kept.has(item) || !isProfile(item) || !isToRemove(has, now)) continue;
    const command = { kind: 'remove', item, version: has.version } as const;
    if (mayAsk(command)) return command;
  }
  const list = { kind: 'verify', state: stateOf(items) } as const;
  return isUnverified(items) && mayAsk(list) ? list : undefined;
}

/** Profiles are removed by commands; declarations go when the device is no longer told of them. */
export function itemOfProfile(identifier: string): string {
  return `profile ${identifier}`;
}

function isProfile(item: string): boolean {
  return item.startsWith('profile ');
}

function isToInstall(has: DeliveredItem | undefined, version: string, now: Date): boolean {
  if (!has || has.version !== version || has.state === 'sent' || has.state === 'removing') return true;
  return has.state === 'error' && isDue(has, now);
}

function isToRemove(has: DeliveredItem, now: Date): boolean {
  return has.state !== 'removing' || has.error === undefined || isDue(has, now);
}

/** Whether what failed is to be tried again. */
export function isDue({ retryAt }: DeliveredItem, now: Date): boolean {
  return retryAt !== undefined && new Date(retryAt) <= now;
}

function isUnverified(items: Delivery['items']): boolean {
  return Object.entries(items).some(([item, { state }]) => isProfile(item) && state === 'delivered');
}

/** The profile is on its way. */
export function sent(delivery: Delivery, wanted: ProfileToHave, now: Date): Delivery {
  const before = delivery.items[wanted.item];
  const isSame = before?.version === wanted.version && before.state !== 'removing';
  return withItem(delivery, wanted.item, {
    version: wanted.version,
    state: 'sent',
    at: now.toISOString(),
    values: wanted.values,
    attempts: isSame ? before.attempts : 0,
    details: { identifier: wanted.identifier, uuid: wanted.uuid, name: wanted.displayName },
  });
}

/** The order to remove a profile is on its way. */
export function removing(delivery: Delivery, item: string, now: Date): Delivery {
  const { error: _, retryAt: __, ...before } = delivery.items[item]!;
  const isSame = before.state === 'removing';
  return withItem(delivery, item, {
    ...before,
    state: 'removing',
    at: isSame ? before.at : now.toISOString(),
    attempts: isSame ? before.attempts : 0,
  });
}

/** The device took a profile. */
export function installed(delivery: Delivery, item: string, now: Date): Changed {
  const { error: _, retryAt: __, ...before } = delivery.items[item]!;
  return {
    delivery: withItem(delivery, item, { ...before, state: 'delivered', at: now.toISOString() }),
    events: [eventOf(before, 'was installed')],
  };
}

/** Why the device did not do what it was told. `isFinal`: it would not do the same at another time. */
export interface Refusal {
  readonly error: string;
  readonly isFinal: boolean;
}

/** The device refused a profile. */
export function refused(delivery: Delivery, item: string, refusal: Refusal, now: Date): Changed {
  const before = delivery.items[item]!;
  return notDone(delivery, item, { ...before, state: 'error' }, refusal, now, 'was refused');
}

/** The device did not remove a profile. */
export function notRemoved(delivery: Delivery, item: string, refusal: Refusal, now: Date): Changed {
  return notDone(delivery, item, delivery.items[item]!, refusal, now, 'could not be removed');
}

function notDone(
  delivery: Delivery,
  name: string,
  item: DeliveredItem,
  refusal: Refusal,
  now: Date,
  what: string,
): Changed {
  return {
    delivery: withItem(delivery, name, failed(item, refusal, now)),
    events: [eventOf(item, what, refusal.error)],
  };
}

/** The device removed a profile, or does not have it. */
export function removed(delivery: Delivery, item: string): Changed {
  const { [item]: before, ...items } = delivery.items;
  return { delivery: { ...delivery, items }, events: [eventOf(before!, 'was removed')] };
}

/** Profiles under this server's names that nobody knows of, from one list; more of them come with the next. */
const mostUnknown = 100;

/** A profile on a device, as its list tells it. */
export interface ListedProfile {
  readonly identifier: string;
  readonly uuid: string | null;
}

/**
 * Compares what a device has with what it took. What it lacks is sent again, a few times; what it has under this server's names and nobody
 * knows of is to go.
 */
export function compared(
  delivery: Delivery,
  listed: readonly ListedProfile[],
  isOurs: (identifier: string) => boolean,
  now: Date,
): Changed {
  const byIdentifier = new Map(listed.map((profile) => [profile.identifier, profile]));
  const items: Record<string, DeliveredItem> = {};
  const events: ItemEvent[] = [];
  for (const [name, item] of Object.entries(delivery.items)) {
    items[name] = item;
    if (!isProfile(name) || (item.state !== 'delivered' && item.state !== 'verified')) continue;
    const { identifier, uuid } = item.details as { identifier: string; uuid: string };
    const has = byIdentifier.get(identifier);
    if (has && (has.uuid === null || has.uuid.toUpperCase() === uuid.toUpperCase())) {
      if (item.state === 'delivered')
        items[name] = { ...item, state: 'verified', at: now.toISOString(), attempts: 0 };
      continue;
    }
    const what = has ? 'is there with another content' : 'is not on the device';
    const error = `The device took the profile, but it ${what}.`;
    const lost = failed({ ...item, state: 'error' }, { error, isFinal: false }, now);
    items[name] = { ...lost, ...again(item, now) };
    events.push(eventOf(item, what));
  }
  const known = new Set(
    Object.values(items).flatMap(({ details }) => [details['identifier'], details['profile']]),
  );
  const unknown = listed.filter(({ identifier }) => !known.has(identifier) && isOurs(identifier));
  for (const { identifier, uuid } of unknown.slice(0, mostUnknown)) {
    items[itemOfProfile(identifier)] = {
      version: uuid ?? '',
      state: 'delivered',
      at: now.toISOString(),
      values: {},
      attempts: 0,
      details: { identifier, uuid: uuid ?? '', name: identifier },
    };
  }
  return { delivery: { ...delivery, items }, events };
}

/** At once the first times: somebody removed it, and the next attempt will do. */
function again({ attempts }: DeliveredItem, now: Date): Partial<DeliveredItem> {
  return attempts < 2 ? { retryAt: now.toISOString() } : {};
}

/** An item after an attempt that failed; without `retryAt` when it was tried often enough. */
export function failed(item: DeliveredItem, { error, isFinal }: Refusal, now: Date): DeliveredItem {
  const { retryAt: _, ...rest } = item;
  const pause = isFinal ? undefined : pauses[item.attempts];
  return {
    ...rest,
    at: now.toISOString(),
    attempts: item.attempts + 1,
    error,
    ...(pause !== undefined && { retryAt: new Date(now.getTime() + pause).toISOString() }),
  };
}

function withItem(delivery: Delivery, name: string, item: DeliveredItem): Delivery {
  return { ...delivery, items: { ...delivery.items, [name]: item } };
}

/** What the device is thought to have. */
export function stateOf(items: Delivery['items']): string {
  return Object.entries(items)
    .map(([name, { version, state }]) => `${name} ${version} ${state}`)
    .toSorted()
    .join('\n');
}

function eventOf({ details }: Pick<DeliveredItem, 'details'>, what: string, error?: string): ItemEvent {
  const { identifier, name } = details as { identifier: string; name: string };
  return {
    title: `The profile '${name}' ${what}${error === undefined ? '.' : `: ${error}`}`,
    details: { identifier, ...(error !== undefined && { error }) },
  };
}
