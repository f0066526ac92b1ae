import type { DeliveredItem, Delivery } from '../../../policies/index.ts';
import type { ToHave } from './situation.ts';
import { itemOfDeclaration } from './declaration-items.ts';
import { isDue, pauses } from './profile-delivery.ts';

/**
 * With another token for each declaration that the device could not bring into effect and that is to be tried again: devices do not try by
 * themselves, and not for the same token either, be it only that a profile could not be downloaded.
 */
export function withTries<Having extends Pick<ToHave, 'declared' | 'declarations'>>(
  toHave: Having,
  { items }: Delivery,
  now: Date,
): Having {
  const tokens = new Map<string, string>();
  for (const { identifier, hash } of toHave.declared) {
    const has = items[itemOfDeclaration(identifier)];
    if (has === undefined || contentOf(has) !== hash) continue;
    const isAgain = has.state === 'error' && isDue(has, now);
    tokens.set(identifier, isAgain ? tokenOf(hash, failuresOf(has) + 1) : has.version);
  }
  return {
    ...toHave,
    declared: toHave.declared.map((one) => ({ ...one, hash: tokens.get(one.identifier) ?? one.hash })),
    declarations: toHave.declarations.map((one) => ({
      ...one,
      serverToken: tokens.get(one.identifier) ?? one.serverToken,
    })),
  };
}

/** When a declaration is tried again that was found not to be in effect; nothing when it was tried often enough. */
export function triedAgain(item: DeliveredItem, now: Date): Pick<DeliveredItem, 'retryAt'> {
  const pause = pauses[failuresOf(item)];
  return pause === undefined ? {} : { retryAt: new Date(now.getTime() + pause).toISOString() };
}

function tokenOf(hash: string, failures: number): string {
  return `${hash}.${failures}`;
}

function contentOf({ version }: DeliveredItem): string {
  return version.split('.')[0]!;
}

/** How often the same content had failed before this version was declared. */
function failuresOf({ version }: DeliveredItem): number {
  return Number(version.split('.')[1] ?? 0);
}
