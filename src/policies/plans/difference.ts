import type { DeviceFacts } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { PolicySet } from '../desired-state/policy-set.ts';
import {
  diff,
  lackedFor,
  withoutSecretsOfDifference,
  type DocumentDifference,
  type ResolvedDocument,
} from '../engine/index.ts';
import type { NotTaken, PlanCounts, PlannedDifference } from './plan.ts';

/** A device's desired state; no set and no document for a device that has none. */
export interface PlannedState {
  readonly set: Pick<PolicySet, 'members'> | undefined;
  readonly document: ResolvedDocument | null;
}

const nothing: ResolvedDocument = { system: 'windows', policies: [], settings: [], notApplicable: [] };

/** What becomes different for devices of these facts. `policies` are those that no document need name. */
export function differenceOf(
  before: PlannedState,
  after: PlannedState,
  facts: Pick<DeviceFacts, 'osVersion' | 'supervised'>,
  policies: ReadonlyMap<Id, NotTaken['policy']>,
): PlannedDifference {
  const { notApplicable, ...difference } = withoutSecretsOfDifference(
    diff(before.document ?? nothing, after.document ?? nothing),
  );
  return {
    ...difference,
    cannotTake: [
      ...notApplicable.new.map(({ policy, property, message }) => ({
        policy: named(policy),
        key: property,
        reason: message,
      })),
      ...lacked(after.document, difference, facts),
      ...undeliverable(before, after, policies),
    ],
  };
}

function named({ id, name, version }: NotTaken['policy']): NotTaken['policy'] {
  return { id, name, version };
}

/** Settings that come to devices whose operating system is too old for them, or which are not supervised. */
function lacked(
  document: ResolvedDocument | null,
  { added, changed }: Pick<DocumentDifference, 'added' | 'changed'>,
  { osVersion, supervised }: Pick<DeviceFacts, 'osVersion' | 'supervised'>,
): NotTaken[] {
  if (!document) return [];
  const coming = [
    ...added.map(({ key, winner }) => ({ key, winner })),
    ...changed.map(({ key, after }) => ({ key, winner: after.winner })),
  ];
  const device = { osVersion: osVersion ?? undefined, supervised: supervised ?? undefined };
  return coming.flatMap(({ key, winner }) => {
    const reason = lackedFor(document.system, key, device);
    return reason === undefined ? [] : { policy: named(winner), key, reason };
  });
}

/** Policies that come to devices which nothing can be delivered to. */
function undeliverable(
  before: PlannedState,
  after: PlannedState,
  policies: ReadonlyMap<Id, NotTaken['policy']>,
): NotTaken[] {
  if (!after.set || after.document) return [];
  const had = new Set(before.set?.members.map(({ policyId }) => policyId));
  const reason =
    'No policies can be delivered to the operating system of the device, or it has not told which it is.';
  return after.set.members.flatMap(({ policyId }) => {
    const policy = policies.get(policyId);
    return policy && !had.has(policyId) ? { policy: named(policy), key: null, reason } : [];
  });
}

/** Whether devices keep what they have, from the same policies. */
export function isNothing({ added, changed, removed, handedOver, ...rest }: PlannedDifference): boolean {
  const { losers, conflicts, cannotTake } = rest;
  const lists = [
    added,
    changed,
    removed,
    handedOver,
    losers.new,
    losers.gone,
    conflicts.new,
    conflicts.gone,
    cannotTake,
  ];
  return lists.every((list) => list.length === 0);
}

export const noCounts: PlanCounts = {
  devices: 0,
  settingsAdded: 0,
  settingsChanged: 0,
  settingsRemoved: 0,
  settingsHandedOver: 0,
  newLosers: 0,
  newConflicts: 0,
  conflictsGone: 0,
  devicesThatCannotTakeAll: 0,
};

/** Counts with those of so many devices more. */
export function plusCounts(counts: PlanCounts, difference: PlannedDifference, devices: number): PlanCounts {
  const { added, changed, removed, handedOver, losers, conflicts, cannotTake } = difference;
  return {
    devices: counts.devices + devices,
    settingsAdded: counts.settingsAdded + added.length * devices,
    settingsChanged: counts.settingsChanged + changed.length * devices,
    settingsRemoved: counts.settingsRemoved + removed.length * devices,
    settingsHandedOver: counts.settingsHandedOver + handedOver.length * devices,
    newLosers: counts.newLosers + losers.new.length * devices,
    newConflicts: counts.newConflicts + conflicts.new.length * devices,
    conflictsGone: counts.conflictsGone + conflicts.gone.length * devices,
    devicesThatCannotTakeAll: counts.devicesThatCannotTakeAll + (cannotTake.length > 0 ? devices : 0),
  };
}
