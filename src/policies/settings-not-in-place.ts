import type { DeviceSummary } from '../devices/index.ts';
import { deliveredProgress, type Delivery } from './delivery/index.ts';
import type { ResolvedDocument } from './engine/index.ts';
import { statusOfSetting } from './policy-status/index.ts';
import { isOfProtocol } from './reported-progress.ts';

/**
 * The keys of the settings that a device shall have and does not have, as far as its protocol tells: those that failed, and those that are
 * still to come or to be confirmed. It counts what the explained policy shows as such, but for what takes an agent. A conflict does not count,
 * nor what the device cannot have, nor what is left of policies that are gone.
 */
export function settingsNotInPlace(
  { system, settings }: Pick<ResolvedDocument, 'system' | 'settings'>,
  { osVersion, supervised }: Pick<DeviceSummary, 'osVersion' | 'supervised'>,
  deliveries: readonly Delivery[],
): string[] {
  // Why a setting is not there yet is of no account here.
  const device = { osVersion, supervised, progressOf: deliveredProgress(deliveries, () => '') };
  return settings.flatMap((setting) => {
    if (!isOfProtocol(setting)) return [];
    const status = statusOfSetting(system, { setting, isLost: false }, device);
    return status === 'pending' || status === 'error' ? [setting.key] : [];
  });
}
