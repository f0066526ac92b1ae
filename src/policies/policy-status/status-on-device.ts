import { settingOnDevice } from '../engine/index.ts';
import { progressOf, type ReportingDevice } from '../reported-progress.ts';
import type { PolicyShare, SharedSetting } from './policy-share.ts';

/** From the best to the worst. `otherSystem` is what is not applicable because the policy is not for the device's system. */
export const policyStatuses = [
  'otherSystem',
  'notApplicable',
  'compliant',
  'pending',
  'conflict',
  'error',
] as const;

export type PolicyStatus = (typeof policyStatuses)[number];

/** A device as far as its statuses follow from it. */
export interface StatusDevice extends ReportingDevice {
  /** Undefined when the device has not told. */
  readonly osVersion: string | undefined;
  readonly supervised: boolean | undefined;
}

/** How a policy is on a device. */
export interface StatusOnDevice {
  readonly status: PolicyStatus;
  /** Those of the share's settings, in their order. */
  readonly settings: readonly PolicyStatus[];
}

const elsewhere: StatusOnDevice = { status: 'otherSystem', settings: [] };
const waiting: StatusOnDevice = { status: 'pending', settings: [] };

/** The worst of a policy's settings is its status. A policy of which nothing reaches the device is not applicable. */
export function statusOnDevice(share: PolicyShare, device: StatusDevice): StatusOnDevice {
  if (share === 'otherSystem') return elsewhere;
  if (share === 'outOfDate') return waiting;
  const { osVersion, supervised } = device;
  const explained = { osVersion, supervised, progressOf: progressOf(device) };
  const settings = share.settings.map((shared) => statusOfSetting(share.system, shared, explained));
  return { status: settings.reduce(worseOf, 'notApplicable'), settings };
}

/** As `statusOnDevice`, with one answer for all devices of a share that have reported nothing and are alike otherwise. */
export function statusReader(): typeof statusOnDevice {
  const known = new Map<PolicyShare, Map<string, StatusOnDevice>>();
  return (share, device) => {
    const hasReported = Object.keys(device.config).length > 0 || (device.deliveries ?? []).length > 0;
    if (hasReported) return statusOnDevice(share, device);
    const ofShare = known.get(share) ?? new Map<string, StatusOnDevice>();
    const likeness = `${device.supervised} ${device.osVersion}`;
    const status = ofShare.get(likeness) ?? statusOnDevice(share, device);
    known.set(share, ofShare.set(likeness, status));
    return status;
  };
}

export function worseOf(left: PolicyStatus, right: PolicyStatus): PolicyStatus {
  return policyStatuses.indexOf(left) < policyStatuses.indexOf(right) ? right : left;
}

/** How a policy's setting is on a device. */
export function statusOfSetting(
  system: Parameters<typeof settingOnDevice>[0],
  { setting, isLost }: SharedSetting,
  device: Parameters<typeof settingOnDevice>[2],
): PolicyStatus {
  const { state, isBelieved } = settingOnDevice(system, setting, device);
  switch (state) {
    case 'error':
      // The value that the device could not take is another policy's.
      return isLost ? 'conflict' : 'error';
    case 'verified':
      return 'compliant';
    case 'delivered':
      // Nothing more will be known of it, and nothing is left to do.
      return isBelieved ? 'compliant' : 'pending';
    default:
      return state;
  }
}
