import type { ReadContext } from '../../tenancy/index.ts';
import { compilePolicy, type Setting } from '../engine/index.ts';
import { knownNodes } from '../windows-nodes.ts';
import type { Policy } from '../policy.ts';
import { devicesOfPolicy, type DeviceOfPolicy } from './devices-of-policy.ts';
import type { PolicyShare } from './policy-share.ts';
import type { StatusOnDevice } from './status-on-device.ts';
import { noStatuses, type StatusCounts } from './status-overviews.ts';

/** How one setting of a policy is on the devices that have the policy. */
export interface SettingSummary {
  readonly setting: Setting;
  /** A setting that a stronger policy overrules on a device is not applicable there. */
  readonly counts: StatusCounts;
}

/** One for each setting that the policy has now, in its order. Walks all devices that have the policy. */
export async function settingSummaries(
  context: ReadContext,
  policy: Policy<object>,
): Promise<SettingSummary[]> {
  const settings = await settingsOf(context, policy);
  const summaries = settings.map((setting) => ({ setting, counts: noStatuses() }));
  for await (const batch of devicesOfPolicy(context, policy)) {
    for (const [share, devices] of Map.groupBy(batch, (device) => device.share)) {
      const places = placesIn(share);
      const inShare = summaries.map(({ setting }) => places.get(setting.key) ?? -1);
      const otherwise = share === 'outOfDate' ? 'pending' : 'notApplicable';
      for (const [{ settings }, count] of countedAlike(devices)) {
        for (const [index, { counts }] of summaries.entries()) {
          counts[settings[inShare[index]!] ?? otherwise] += count;
        }
      }
    }
  }
  return summaries;
}

/** What the policy has now, whether devices have been given it yet or not. */
export async function settingsOf({ db }: ReadContext, policy: Policy<object>): Promise<readonly Setting[]> {
  return compilePolicy(policy, await knownNodes(db, [policy.kind])).settings;
}

function placesIn(share: PolicyShare): ReadonlyMap<string, number> {
  if (typeof share === 'string') return new Map();
  return new Map(share.settings.map(({ setting }, index) => [setting.key, index]));
}

function countedAlike(devices: readonly DeviceOfPolicy[]): Map<StatusOnDevice, number> {
  const counts = new Map<StatusOnDevice, number>();
  for (const { onDevice } of devices) counts.set(onDevice, (counts.get(onDevice) ?? 0) + 1);
  return counts;
}
