import type { DeliveredItem, Delivery } from '../../../policies/index.ts';
import type { Undeliverable } from '../delivery/wanted.ts';

const prefix = 'undeliverable ';

/**
 * Keeps with what was delivered to a device what cannot be sent to it as it is, with the reason, so that nobody waits for it. `digests`: of the
 * value of each setting, by its key. The same delivery where nothing has changed.
 */
export function withUndeliverable(
  delivery: Delivery,
  undeliverable: readonly Undeliverable[],
  digests: ReadonlyMap<string, string>,
  now: Date,
): Delivery {
  const former = Object.keys(delivery.items).filter((name) => name.startsWith(prefix));
  const items = undeliverable.flatMap(({ keys, reason }) =>
    keys.map((key) => itemFor(key, digests.get(key)!, reason, delivery.items[`${prefix}${key}`], now)),
  );
  const isSame =
    items.length === former.length && items.every(([name, item]) => delivery.items[name] === item);
  if (isSame) return delivery;
  const others = Object.entries(delivery.items).filter(([name]) => !name.startsWith(prefix));
  return { ...delivery, items: Object.fromEntries([...others, ...items]) };
}

function itemFor(
  key: string,
  digest: string,
  error: string,
  before: DeliveredItem | undefined,
  now: Date,
): [name: string, item: DeliveredItem] {
  const name = `${prefix}${key}`;
  if (before?.error === error && before.values[key] === digest) return [name, before];
  const item = { state: 'notApplicable', version: '', values: { [key]: digest }, attempts: 0 } as const;
  return [name, { ...item, at: now.toISOString(), error, details: {} }];
}
