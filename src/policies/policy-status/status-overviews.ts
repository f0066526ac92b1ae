import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { devicesOfPolicy, type StatusPolicy } from './devices-of-policy.ts';
import { policyStatuses, worseOf, type PolicyStatus } from './status-on-device.ts';
import { laterOf } from './user-statuses.ts';

/** How many there are of each status. */
export type StatusCounts = Readonly<Record<PolicyStatus, number>>;

export interface StatusOverview {
  readonly counts: StatusCounts;
  /** When one of the devices last reported; null when none ever did. */
  readonly reportedAt: Date | null;
}

/** Walks all devices that have the policy. */
export async function deviceStatusOverview(
  context: ReadContext,
  policy: StatusPolicy,
): Promise<StatusOverview> {
  const counts = noStatuses();
  let reportedAt: Date | null = null;
  for await (const batch of devicesOfPolicy(context, policy)) {
    for (const { lastStatusReportAt, onDevice } of batch) {
      counts[onDevice.status]++;
      reportedAt = laterOf(reportedAt, lastStatusReportAt);
    }
  }
  return { counts, reportedAt };
}

/** As of devices, of their users: each counts once, with the worst status of the user's devices. */
export async function userStatusOverview(
  context: ReadContext,
  policy: StatusPolicy,
): Promise<StatusOverview> {
  const users = new Map<Id, PolicyStatus>();
  let reportedAt: Date | null = null;
  for await (const batch of devicesOfPolicy(context, policy)) {
    for (const { userId, lastStatusReportAt, onDevice } of batch) {
      if (userId === null) continue;
      users.set(userId, worseOf(users.get(userId) ?? onDevice.status, onDevice.status));
      reportedAt = laterOf(reportedAt, lastStatusReportAt);
    }
  }
  const counts = noStatuses();
  for (const status of users.values()) counts[status]++;
  return { counts, reportedAt };
}

export function noStatuses(): Record<PolicyStatus, number> {
  return Object.fromEntries(policyStatuses.map((status) => [status, 0])) as Record<PolicyStatus, number>;
}
