import type { ReadContext } from '../../tenancy/index.ts';
import { contactOf as contactOfAppleDevice } from '../apple-channels/index.ts';
import { contactOf as contactOfWindowsDevice } from '../dm-accounts/index.ts';
import type { Device } from '../index.ts';

/** When a device was heard of, and what came of waking it, for people; undefined for one that never enrolled. */
export function contactOf(
  context: ReadContext,
  { id, platform }: Pick<Device, 'id' | 'platform'>,
): Promise<string | undefined> {
  return platform === 'apple' ? contactOfAppleDevice(context, id) : contactOfWindowsDevice(context, id);
}
