import type { DeliveredItem, Delivery } from '../../../policies/index.ts';
import type { WantedDeclaration } from '../delivery/wanted.ts';
import { isDeclaration, itemOfDeclaration } from './declaration-items.ts';
import { failed, type Refusal } from './profile-delivery.ts';

/** What the device refused to have, and what it has and refused to let go, kept with its delivery until it is told with success. */
const refusedToHave = 'refused declarations';
const refusedToLeave = 'refused removal of declarations';

/** What the device was told: stands for all its declarations, those that carry settings, and a digest of each setting's value by its key. */
interface Told {
  readonly token: string;
  readonly declared: readonly WantedDeclaration[];
  readonly digests: ReadonlyMap<string, string>;
}

/** The device would not hear of its declarations. It keeps those that it has. */
export function withRefusal(
  delivery: Delivery,
  { token, declared, digests }: Told,
  refusal: Refusal,
  now: Date,
): Delivery {
  const { items } = delivery;
  const before = items[refusedToHave];
  const attempts = before?.version === token ? before.attempts : 0;
  const kept = new Set(declared.map(({ identifier }) => itemOfDeclaration(identifier)));
  const values = declared.flatMap(({ identifier, keys }) => {
    const has = items[itemOfDeclaration(identifier)]?.values;
    return keys.flatMap((key) =>
      has?.[key] === digests.get(key) ? [] : [[key, digests.get(key)!] as const],
    );
  });
  const left = Object.entries(items).filter(([name]) => isDeclaration(name) && !kept.has(name));
  const item = (state: 'error' | 'removing', carried: DeliveredItem['values']): DeliveredItem =>
    failed(
      { version: token, state, at: now.toISOString(), values: carried, attempts, details: {} },
      refusal,
      now,
    );
  return {
    ...delivery,
    items: {
      ...items,
      [refusedToHave]: item('error', Object.fromEntries(values)),
      [refusedToLeave]: item(
        'removing',
        Object.assign({}, ...left.map(([, { values: carried }]) => carried)),
      ),
    },
  };
}

/** The device is told again what it refused, or what it shall have now. */
export function toldAgain(delivery: Delivery, token: string, now: Date): Delivery {
  const before = delivery.items[refusedToHave];
  if (!before) return delivery;
  const attempts = before.version === token ? before.attempts : 0;
  const again = (name: string, state: DeliveredItem['state']) => {
    const { error: _, retryAt: __, ...rest } = delivery.items[name]!;
    return { ...rest, version: token, state, attempts, at: now.toISOString() };
  };
  return {
    ...delivery,
    items: {
      ...delivery.items,
      [refusedToHave]: again(refusedToHave, 'sent'),
      [refusedToLeave]: again(refusedToLeave, 'removing'),
    },
  };
}

/** Whether the device has answered that it would not hear of what this token stands for. */
export function isRefused(delivery: Delivery, token: string): boolean {
  const refused = refusalIn(delivery);
  return refused?.version === token && refused.state === 'error';
}

/** How the device refused what it was told last; undefined where it did not. */
export function refusalIn({ items }: Delivery): DeliveredItem | undefined {
  return items[refusedToHave];
}

export function isRefusal(item: string): boolean {
  return item === refusedToHave || item === refusedToLeave;
}
