import { factsOf, type Device } from '../devices/index.ts';
import { inventoryOf } from '../devices/inventory/index.ts';
import { contactOf } from '../devices/management/index.ts';
import type { ReadContext } from '../tenancy/index.ts';
import { agentProgress, agentWorkOf, namesAgentSettings } from './agents/index.ts';
import { hasAppList, withInstalledApps } from './app-lists.ts';
import {
  standingOf,
  stateOfSet,
  type DesiredState,
  type DocumentReader,
  type ReachingPolicies,
} from './desired-state/index.ts';
import { deliveriesOf, leftOn, type LeftSetting } from './delivery/index.ts';
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
export interface EffectivePolicy extends Pick<Explanation, 'notApplicable'> {
  /** What is wanted, and behind it what is left on the device of what was. */
  readonly settings: readonly (Explanation['settings'][number] | LeftSetting)[];
  /** Whether a change is being worked out that may still give the device something else. */
  readonly isRecalculating: boolean;
}

/** A device that was removed has no policies. A constant number of statements, however many policies there are. */
export async function effectivePolicyOf(
  context: ReadContext,
  device: Device,
  documents: DocumentReader,
): Promise<EffectivePolicy> {
  const found = await readPolicyOf(context, device, documents);
  const { state, reaching, howFar, left, isRecalculating } = found;
  const explained = await withApps(context, device, explainedOn(device, state, reaching, howFar));
  return { ...explained, settings: [...explained.settings, ...left], isRecalculating };
}

/** With what the apps of the device say to lists of apps; a statement more where there is such a list. */
export async function withApps<Explained extends Pick<EffectivePolicy, 'notApplicable'>>(
  { db, scope }: ReadContext,
  { id }: Device,
  explained: Explained,
): Promise<Explained> {
  const { notApplicable } = explained;
  if (!hasAppList(notApplicable)) return explained;
  const [told] = await inventoryOf(db, [{ organizationId: scope.organization.id, id }], ['applications']);
  return { ...explained, notApplicable: withInstalledApps(notApplicable, told?.applications?.content) };
}

/** What an effective policy is made of. */
interface PolicyOfDevice {
  /** Undefined for a device that was deleted or is not worked out yet. */
  readonly state: DesiredState | undefined;
  readonly reaching: ReachingPolicies;
  /** How far each setting is on the device. */
  readonly howFar: ReturnType<typeof progressOf>;
  readonly left: readonly LeftSetting[];
  readonly isRecalculating: boolean;
}

/** Three statements; none for a device that was removed. A document that is not in memory is one more, and so is what an agent does. */
export async function readPolicyOf(
  context: ReadContext,
  device: Device,
  documents: DocumentReader,
): Promise<PolicyOfDevice> {
  if (device.state === 'DELETED') {
    return {
      state: undefined,
      reaching: { assigned: [], exclusions: [], filtered: [] },
      howFar: progressOf(device),
      left: [],
      isRecalculating: false,
    };
  }
  const [{ set, reaching, isRecalculating }, deliveries, contact] = await Promise.all([
    standingOf(context, device),
    deliveriesOf(context, [device.id]),
    contactOf(context, device),
  ]);
  const state = await stateOfSet(context, device.id, documents, set);
  const work = namesAgentSettings(state?.document) ? await agentWorkOf(context, device, state) : undefined;
  const ofDevice = deliveries.get(device.id) ?? [];
  const byProtocol = progressOf({ ...device, deliveries: ofDevice, contact });
  const byAgent = work && agentProgress(work);
  const howFar: typeof byProtocol = (setting) => byAgent?.(setting) ?? byProtocol(setting);
  const wanted = new Set(state?.document?.settings.map(({ key }) => key));
  const left = leftOn(device.platform, ofDevice, (key) => wanted.has(key));
  return { state, reaching, howFar, left, isRecalculating };
}

/** What is stored for a device, with the reasons that the policies which are meant for it have now. */
export function explainedOn(
  device: Device,
  state: Pick<DesiredState, 'document'> | undefined,
  { assigned, exclusions, filtered }: ReachingPolicies,
  howFar = progressOf(device),
): Pick<Explanation, 'settings' | 'notApplicable'> {
  const { settings, notApplicable } = explainedFor(device, state, { assigned, exclusions, filtered }, howFar);
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
  howFar: ReturnType<typeof progressOf>,
): Pick<Explanation, 'settings' | 'notApplicable'> {
  if (state?.document) {
    return explain(state.document, {
      osVersion: device.summary.osVersion,
      supervised: device.summary.supervised,
      assigned,
      exclusions,
      progressOf: howFar,
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
