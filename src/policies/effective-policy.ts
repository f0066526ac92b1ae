import type { Device } from '../devices/index.ts';
import type { ReadContext } from '../tenancy/index.ts';
import {
  compilePolicy,
  explain,
  resolve,
  strongestAssignments,
  strongestFirst,
  withoutSecretItem,
  withoutSecrets,
  type AssignedPolicy,
  type ExplainedPolicy,
  type Explanation,
  type NotApplicable,
  type System,
} from './engine/index.ts';
import { policiesReaching, type ReachingPolicies } from './reaching-policies.ts';
import { progressOf } from './reported-progress.ts';

/** What one device shall have, with the reasons, and what of its policies it does not get. Secrets are masked. */
export type EffectivePolicy = Omit<Explanation, 'exclusions'>;

/** A device that was removed has no policies. A constant number of statements, however many policies there are. */
export async function effectivePolicyOf(context: ReadContext, device: Device): Promise<EffectivePolicy> {
  if (device.state === 'DELETED') return { settings: [], notApplicable: [] };
  return explainedOn(device, await policiesReaching(context, device));
}

/** What policies come to on a device. */
export function explainedOn(
  device: Device,
  { assigned, exclusions, filtered }: ReachingPolicies,
): EffectivePolicy {
  const policies = new Map(assigned.map(({ policy }) => [policy.id, policy]));
  const compiled = new Map([...policies].map(([id, policy]) => [id, compilePolicy(policy)]));
  const ready = assigned.map(({ policy: { id }, assignment }) => ({ policy: compiled.get(id)!, assignment }));
  const { settings, notApplicable } = explainedFor(device, ready, exclusions);
  return {
    settings: settings.map(withoutSecrets),
    notApplicable: [
      ...notApplicable.map(withoutSecretItem),
      ...exclusions.map(({ policyId, groupName }) =>
        notHad(strongestFirst(ready.filter(({ policy }) => policy.id === policyId))[0]!, {
          reason: 'excluded',
          message: `The user's group '${groupName}' is excluded.`,
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
  assigned: readonly AssignedPolicy[],
  exclusions: ReachingPolicies['exclusions'],
): EffectivePolicy {
  const system = systemOf(device);
  if (system === undefined) {
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
  return explain(resolve(system, assigned, exclusions), {
    osVersion: device.summary.osVersion,
    supervised: device.summary.supervised,
    assigned,
    exclusions,
    progressOf: progressOf(device),
  });
}

/** A whole policy that a device does not get although it is assigned. */
function notHad(
  {
    policy: { id, name, version },
    assignment,
  }: {
    policy: Pick<ExplainedPolicy, 'id' | 'name' | 'version'>;
    assignment: AssignedPolicy['assignment'];
  },
  why: Pick<NotApplicable, 'reason' | 'message'>,
): EffectivePolicy['notApplicable'][number] {
  const policy = { id, name, version, source: assignment.source, assignment };
  return { property: null, value: null, ...why, policy };
}

/** Undefined for an Apple device that has not told its operating system, and for Apple's other ones. */
export function systemOf({ platform, summary: { os = '' } }: Device): System | undefined {
  if (platform === 'windows') return 'windows';
  if (/^(mac ?os|os ?x)\b/i.test(os)) return 'macOS';
  return /^(i(pad)?os|iphone ?os)\b/i.test(os) ? 'iOS' : undefined;
}
