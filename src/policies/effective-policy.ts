import { factsOf, type Device } from '../devices/index.ts';
import type { ReadContext } from '../tenancy/index.ts';
import {
  desiredStateOf,
  isRecalculating,
  policiesReaching,
  type DesiredState,
  type DocumentReader,
  type ReachingPolicies,
} from './desired-state/index.ts';
import {
  explain,
  strongestAssignments,
  strongestFirst,
  withoutSecretItem,
  withoutSecrets,
  type ExplainedPolicy,
  type Explanation,
  type NotApplicable,
} from './engine/index.ts';
import { progressOf } from './reported-progress.ts';
import { systemOf } from './system.ts';

/** What one device shall have, with the reasons, and what of its policies it does not get. Secrets are masked. */
export interface EffectivePolicy extends Omit<Explanation, 'exclusions'> {
  /** Whether a change is being worked out that may still give the device something else. */
  readonly isRecalculating: boolean;
}

/** A device that was removed has no policies. A constant number of statements, however many policies there are. */
export async function effectivePolicyOf(
  context: ReadContext,
  device: Device,
  documents: DocumentReader,
): Promise<EffectivePolicy> {
  if (device.state === 'DELETED') return { settings: [], notApplicable: [], isRecalculating: false };
  const [state, reaching, recalculating] = await Promise.all([
    desiredStateOf(context, device.id, documents),
    policiesReaching(context, device),
    isRecalculating(context, device.id),
  ]);
  return { ...explainedOn(device, state, reaching), isRecalculating: recalculating };
}

/** What is stored for a device, with the reasons that the policies which are meant for it have now. */
export function explainedOn(
  device: Device,
  state: Pick<DesiredState, 'document'> | undefined,
  { assigned, exclusions, filtered }: ReachingPolicies,
): Omit<EffectivePolicy, 'isRecalculating'> {
  const { settings, notApplicable } = explainedFor(device, state, { assigned, exclusions, filtered });
  return {
    settings: settings.map(withoutSecrets),
    notApplicable: [
      ...notApplicable.map(withoutSecretItem),
      ...exclusions.map(({ policyId, groupName }) =>
        notHad(strongestFirst(assigned.filter(({ policy }) => policy.id === policyId))[0]!, {
          reason: 'excluded',
          message: `The group '${groupName}', which the device or its user is in, is excluded.`,
        }),
      ),
      ...filtered.map(({ targetName, ...item }) =>
        notHad(item, {
          reason: 'hasFilter',
          message: `The assignment to ${targetName} has an assignment filter, which is not evaluated yet.`,
        }),
      ),
    ],
  };
}

function explainedFor(
  device: Device,
  state: Pick<DesiredState, 'document'> | undefined,
  { assigned, exclusions }: ReachingPolicies,
): Pick<Explanation, 'settings' | 'notApplicable'> {
  if (state?.document) {
    return explain(state.document, {
      osVersion: device.summary.osVersion,
      supervised: device.summary.supervised,
      assigned,
      exclusions,
      progressOf: progressOf(device),
    });
  }
  // Not worked out yet: the answer says so.
  if (systemOf(factsOf(device)) !== undefined) return { settings: [], notApplicable: [] };
  const { os } = device.summary;
  const message = os
    ? `This version delivers no policies to '${os}'.`
    : 'The device has not told which operating system it runs.';
  const strongest = strongestAssignments(assigned, exclusions);
  return {
    settings: [],
    notApplicable: strongest.map((item) => notHad(item, { reason: 'unknownSystem', message })),
  };
}

/** A whole policy that a device does not get although it is assigned. */
function notHad(
  { policy, assignment }: ReachingPolicies['assigned'][number],
  why: Pick<NotApplicable, 'reason' | 'message'>,
): EffectivePolicy['notApplicable'][number] {
  const { id, name, version } = policy;
  const explained: ExplainedPolicy = { id, name, version, source: assignment.source, assignment };
  return { property: null, value: null, ...why, policy: explained };
}
