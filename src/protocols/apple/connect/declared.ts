import { saveChannel } from '../../../devices/apple-channels/index.ts';
import { recordEvents } from '../../../devices/events/index.ts';
import type { DeliveredItem, Delivery } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { DeclarationStatus } from '../declarations/status-report.ts';
import type { WantedDeclaration } from '../delivery/wanted.ts';
import { keepDeclarationSupport, type ToHave } from './situation.ts';
import { withChannel, type Call } from './call.ts';
import { isDeclaration, itemOfDeclaration } from './declaration-items.ts';
import { itemOfProfile, type Refusal } from './profile-delivery.ts';
import { triedAgain } from './declared-again.ts';
import { isRefusal, refusalIn, withRefusal } from './refused-declarations.ts';

/**
 * The device knows that there are other declarations, and fetches them by itself; or it says why it does not. One that may have declarations is
 * told again some times, and then that it shall have none: it keeps those that it has until it listens.
 */
export async function afterDeclaring(
  context: WriteContext,
  call: Call,
  token: string,
  refusal: Refusal | undefined,
): Promise<Call> {
  const { channel, now } = call;
  if (!refusal) {
    await saveChannel(context, channel.id, { declarationsToken: token });
    return { ...withChannel(call, { declarationsToken: token }), delivery: declared(call) };
  }
  const title = `The device refused declarative management: ${refusal.error}`;
  await recordEvents(context, channel.deviceId, [{ title, details: {} }]);
  if (channel.declarationsToken === null) return withoutDeclarations(context, call);
  const delivery = withRefusal(call.delivery, { ...call, token }, refusal, now);
  const isOver = refusalIn(delivery)?.retryAt === undefined && call.declarations.length > 0;
  return isOver ? withoutDeclarations(context, { ...call, delivery }) : { ...call, delivery };
}

/** Profiles and commands must do, whatever the version of the device promises. */
async function withoutDeclarations(context: WriteContext, call: Call): Promise<Call> {
  await keepDeclarationSupport(context, call.device, { configurations: [], statusItems: [] });
  return { ...call, declarationsToken: undefined, isOutdated: true };
}

/** With the declarations of now in the place of those before. */
function declared({ delivery, digests, now, declared: wanted }: Call): Delivery {
  const others = Object.entries(delivery.items).filter(([name]) => !isDeclaration(name) && !isRefusal(name));
  const told = wanted.map((one) => keptItem(delivery, one, digests, now));
  return { ...delivery, items: Object.fromEntries([...others, ...told]) };
}

/** A declaration as it is kept already or, in another version, from now on; one that the device has not spoken of is told once more. */
function keptItem(
  { items }: Delivery,
  { identifier, hash, keys, profile }: WantedDeclaration,
  digests: ToHave['digests'],
  now: Date,
): [name: string, item: DeliveredItem] {
  const name = itemOfDeclaration(identifier);
  const before = items[name];
  if (before?.version === hash) {
    const isUnheard = before.state === 'sent';
    return [name, isUnheard ? { ...before, at: now.toISOString(), attempts: before.attempts + 1 } : before];
  }
  return [
    name,
    {
      version: hash,
      state: 'sent',
      at: now.toISOString(),
      values: Object.fromEntries(keys.map((key) => [key, digests.get(key)!])),
      attempts: 1,
      details: { identifier, ...(profile && { profile: profile.identifier }) },
    },
  ];
}

/**
 * With those of the declarations that the device speaks of in the version in which it shall have them: it can have fetched them before it was
 * told that they are other ones, and does not speak of them again.
 */
export function withFetched(
  delivery: Delivery,
  statuses: readonly DeclarationStatus[],
  { declared: wanted, digests }: Pick<ToHave, 'declared' | 'digests'>,
  now: Date,
): Delivery {
  const versions = new Map(statuses.map(({ identifier, serverToken }) => [identifier, serverToken]));
  const fetched = wanted.filter(({ identifier, hash }) => versions.get(identifier) === hash);
  const items = fetched.map((one) => keptItem(delivery, one, digests, now));
  return { ...delivery, items: { ...delivery.items, ...Object.fromEntries(items) } };
}

/** What a device says of its declarations, each in the version that it has. */
export function withStatuses(
  delivery: Delivery,
  statuses: readonly DeclarationStatus[],
  now: Date,
): Delivery {
  const items = { ...delivery.items };
  for (const status of statuses) {
    const name = itemOfDeclaration(status.identifier);
    const item = items[name];
    if (!item || status.kind !== 'configuration' || status.serverToken !== item.version) continue;
    const state = stateOf(status);
    if (state === 'error') {
      const error = reasonOf(status);
      const isKnown = item.state === 'error';
      items[name] = isKnown
        ? { ...item, error }
        : { ...item, state, at: now.toISOString(), error, ...triedAgain(item, now) };
      continue;
    }
    if (state === item.state) continue;
    const { error: _, retryAt: __, ...rest } = item;
    items[name] = { ...rest, state, at: now.toISOString() };
    // What was installed by a command before is the declaration's now, and goes with it.
    const { profile } = item.details;
    if (state === 'verified' && typeof profile === 'string') delete items[itemOfProfile(profile)];
  }
  return { ...delivery, items };
}

function stateOf({ valid, active }: DeclarationStatus): DeliveredItem['state'] {
  if (valid === 'invalid') return 'error';
  return valid === 'valid' && active ? 'verified' : 'delivered';
}

const longestReason = 4_096;

function reasonOf({ reasons }: DeclarationStatus): string {
  const told = reasons.map(({ text }) => text).join(' ');
  return told.slice(0, longestReason).toWellFormed() || 'The device says that the declaration is not valid.';
}
