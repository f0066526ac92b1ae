import type { Platform } from '../../devices/index.ts';
import type { Progress } from '../engine/index.ts';
import type { DeliveredItem, Delivery } from './delivery.ts';

/** What a device has by a policy of before, and no policy wants any more. In the shape of a setting that nobody gives. */
export interface LeftSetting {
  readonly platform: Platform;
  readonly key: string;
  readonly title: string;
  readonly value: null;
  /** `retained`: there is no way to remove it. */
  readonly state: 'pending' | 'retained';
  readonly reason: string;
  readonly winner: null;
  readonly losers: readonly [];
  readonly reported: Progress['reported'];
}

/** What is left on a device, in the order of the keys. What is wanted again is not left. */
export function leftOn(
  platform: Platform,
  deliveries: readonly Delivery[],
  isWanted: (key: string) => boolean,
): LeftSetting[] {
  const left = new Map<string, LeftSetting>();
  for (const item of deliveries.flatMap(({ items }) => Object.values(items))) {
    const { state, details, values } = item;
    if (state !== 'removing' && state !== 'retained') continue;
    for (const key of Object.keys(values)) {
      if (isWanted(key)) continue;
      const { title } = details;
      left.set(key, {
        platform,
        key,
        title: typeof title === 'string' ? title : key,
        value: null,
        state: state === 'retained' ? 'retained' : 'pending',
        reason: reasonOf(item),
        winner: null,
        losers: [],
        reported: null,
      });
    }
  }
  return [...left.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}

function reasonOf({ state, error, retryAt }: DeliveredItem): string {
  if (state === 'retained')
    return `No policy wants it any more, and it stays on the device. ${error ?? ''}`.trim();
  if (error === undefined) return 'No policy wants it any more; it is being removed.';
  const again = retryAt === undefined ? '' : ` It is tried again from ${retryAt} on.`;
  return `No policy wants it any more. ${error}${again}`;
}
