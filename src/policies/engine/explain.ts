import type { Id } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import { isOlder } from '../../kernel/version.ts';
import { requirementOf } from './apple/keys.ts';
import {
  strongestAssignments,
  textOfSource,
  type Assigned,
  type Assignment,
  type AssignmentSource,
  type Exclusion,
} from './assignment.ts';
import type { Decision, LoserReason, ResolvedDocument, ResolvedSetting } from './resolve.ts';
import type { NotApplicable, Platform, Setting, System } from './setting.ts';

/** How far a setting has come on a device. */
export interface Progress {
  readonly state: 'pending' | 'delivered' | 'verified' | 'error' | 'notApplicable';
  /** Of what was delivered: the device cannot be asked whether it has it, so that no more will be known. */
  readonly isBelieved?: boolean;
  /** For people; null when there is nothing to say. */
  readonly reason: string | null;
  /** What the device says it has; `at` is null when nobody knows since when. */
  readonly reported: { readonly value: Json; readonly at: Date | null } | null;
}

/** How a setting can be on a device: as far as it has come, or why it cannot come; or that it stays although nobody wants it any more. */
export const settingStates = [
  'pending',
  'delivered',
  'verified',
  'error',
  'conflict',
  'notApplicable',
  'retained',
] as const satisfies readonly (Progress['state'] | 'conflict' | 'retained')[];

export type SettingState = (typeof settingStates)[number];

/** What explaining needs to know of the one device. */
export interface ExplainedDevice {
  /** Such as `14.6.1`; undefined when the device has not told. */
  readonly osVersion: string | undefined;
  readonly supervised: boolean | undefined;
  /** Of the policies that the document was resolved of, to say why the device has each. */
  readonly assigned: readonly Assigned[];
  readonly exclusions?: readonly Exclusion[];
  /** Undefined for a setting that was never sent. */
  readonly progressOf: (setting: Setting) => Progress | undefined;
}

/** A policy with the assignment that gives it to a device. */
export interface ExplainedPolicy {
  readonly id: Id;
  readonly name: string;
  readonly version: number;
  readonly source: AssignmentSource;
  /** Undefined when the device is no longer assigned in this way. */
  readonly assignment: Assignment | undefined;
}

export interface ExplainedSetting {
  readonly platform: Platform;
  readonly key: string;
  readonly title: string;
  readonly value: Json;
  readonly state: Exclude<SettingState, 'retained'>;
  readonly reason: string | null;
  readonly decision: Decision;
  readonly winner: ExplainedPolicy;
  readonly losers: readonly (ExplainedPolicy & { readonly value: Json; readonly why: LoserReason })[];
  readonly reported: Progress['reported'];
}

export interface Explanation {
  readonly settings: readonly ExplainedSetting[];
  readonly notApplicable: readonly (NotApplicable & { readonly policy: ExplainedPolicy })[];
  /** Policies that groups keep from the device. */
  readonly exclusions: readonly Exclusion[];
}

/** A resolved document as it is on one device: each key with its winner, its losers, its state and the reason for it. */
export function explain(document: ResolvedDocument, device: ExplainedDevice): Explanation {
  const assignments = new Map(
    strongestAssignments(device.assigned, device.exclusions).map(({ policy, assignment }) => [
      `${policy.id} ${textOfSource(assignment.source)}`,
      assignment,
    ]),
  );
  const policies = document.policies.map((policy) => ({
    ...policy,
    assignment: assignments.get(`${policy.id} ${textOfSource(policy.source)}`),
  }));
  return {
    settings: document.settings.map((setting) => explained(document, setting, policies, device)),
    notApplicable: document.notApplicable.map((item) => ({ ...item, policy: policies[item.policy]! })),
    exclusions: device.exclusions ?? [],
  };
}

function explained(
  { system }: ResolvedDocument,
  setting: ResolvedSetting,
  policies: readonly ExplainedPolicy[],
  device: ExplainedDevice,
): ExplainedSetting {
  const { platform, key, title, value, decision } = setting;
  const winner = policies[setting.winner]!;
  const losers = setting.losers.map(({ policy, value, why }) => ({ ...policies[policy]!, value, why }));
  const { state, reason, reported } = settingOnDevice(system, setting, device);
  return {
    platform,
    key,
    title,
    value,
    state,
    reason: state === 'conflict' ? conflictOf(winner, losers) : reason,
    decision,
    winner,
    losers,
    reported,
  };
}

/** How a setting is on one device. The reason for a conflict is left to those who know the policies' names. */
export function settingOnDevice(
  system: System,
  setting: Setting & Pick<ResolvedSetting, 'conflict'>,
  device: Pick<ExplainedDevice, 'osVersion' | 'supervised' | 'progressOf'>,
): Pick<ExplainedSetting, 'state' | 'reason' | 'reported'> & Pick<Progress, 'isBelieved'> {
  const progress = device.progressOf(setting);
  const reported = progress?.reported ?? null;
  const missing = lackedFor(system, setting.key, device);
  if (missing !== undefined) return { state: 'notApplicable', reason: missing, reported };
  // These keep the device from having any value, so they are told before a conflict, which is about which value.
  const cannotCome = progress?.state === 'error' || progress?.state === 'notApplicable';
  if (setting.conflict && !cannotCome) return { state: 'conflict', reason: null, reported };
  return progress ?? neverSent;
}

const neverSent: Progress = { state: 'pending', reason: null, reported: null };

/** What a device lacks for a setting's key, for people; undefined when nothing. */
export function lackedFor(
  system: System,
  key: string,
  device: Pick<ExplainedDevice, 'osVersion' | 'supervised'>,
): string | undefined {
  return missingOn(device, requirementOf(system, key), system);
}

/** What a device lacks for a key. A device that has not told its version or supervision is taken to have what it needs. */
function missingOn(
  { osVersion, supervised }: Pick<ExplainedDevice, 'osVersion' | 'supervised'>,
  needed: ReturnType<typeof requirementOf>,
  system: System,
): string | undefined {
  if (needed === undefined) return undefined;
  if (needed === 'notThere') return `${system} does not know this key.`;
  if (osVersion !== undefined && isOlder(osVersion, needed.version)) {
    return `It needs ${system} ${needed.version}; the device has ${osVersion}.`;
  }
  if (needed.supervised && supervised === false) {
    return 'It needs a supervised device, and this one is not.';
  }
  return undefined;
}

const and = new Intl.ListFormat('en');

function conflictOf(winner: ExplainedPolicy, losers: ExplainedSetting['losers']): string {
  const others = losers.filter(({ why }) => why === 'olderAssignmentWins').map(({ name }) => `'${name}'`);
  return `${and.format([...others, `'${winner.name}'`])} are equally strong and say different things; '${winner.name}' was assigned first.`;
}
