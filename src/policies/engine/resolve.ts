import type { Id } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import {
  rankOf,
  strongestAssignments,
  type Assigned,
  type AssignmentSource,
  type Exclusion,
} from './assignment.ts';
import { combine, isChoice, type CombineRule } from './combine.ts';
import type { CompiledPolicy } from './compile/kind.ts';
import { isSame } from './json-values.ts';
import type { NotApplicable, Setting, System } from './setting.ts';

/** A policy that a device has, ready to be resolved. */
export type AssignedPolicy = Assigned<CompiledPolicy>;

/** A policy of a resolved document. */
export interface DocumentPolicy {
  readonly id: Id;
  readonly name: string;
  readonly version: number;
  readonly source: AssignmentSource;
}

/** Why a value did not become the device's. */
export type LoserReason =
  /** A stronger policy says something else. */
  | 'weaker'
  /** The older assignment counts, of equally old ones the older policy; no rule says how to combine the two. */
  | 'olderAssignmentWins'
  /** Equally strong; the key's rule chose another value. */
  | 'notChosen'
  /** Equally strong; the device's value is made of this one and the winner's. */
  | 'combined'
  /** It says the same as the device's value. */
  | 'sameValue';

interface Loser {
  /** Index in the document's policies. */
  readonly policy: number;
  readonly value: Json;
  readonly why: LoserReason;
}

/** How a key got its value: no other policy names it; all of the strongest agree; one is the strongest; or the rule that decided. */
export type Decision = 'only' | 'agreement' | 'priority' | CombineRule;

export interface ResolvedSetting extends Setting {
  /** Index in the document's policies. */
  readonly winner: number;
  /** Strongest first. */
  readonly losers: readonly Loser[];
  readonly decision: Decision;
  /** Equally strong policies say different things, and no rule says how to combine them. */
  readonly conflict: boolean;
}

/**
 * What a device shall have, with the reasons. It holds nothing of a single device, so that all devices with the same policies from the
 * same sources share one.
 */
export interface ResolvedDocument {
  readonly system: System;
  /** Strongest first. */
  readonly policies: readonly DocumentPolicy[];
  /** No key twice. In the order of the policies, and in each as it has them: Applivery's lists have an order. */
  readonly settings: readonly ResolvedSetting[];
  readonly notApplicable: readonly (NotApplicable & { readonly policy: number })[];
}

interface Candidate {
  readonly policy: number;
  readonly setting: Setting;
}

/**
 * The one value of each key. The stronger policy counts; of equally strong ones the key's combine rule decides, and where there is none
 * the older assignment, which is then a conflict.
 */
export function resolve(
  system: System,
  assigned: readonly AssignedPolicy[],
  exclusions: readonly Exclusion[] = [],
): ResolvedDocument {
  const strongest = strongestAssignments(assigned, exclusions);
  const notApplicable: (NotApplicable & { policy: number })[] = [];
  const candidates = new Map<string, Candidate[]>();
  for (const [index, { policy }] of strongest.entries()) {
    const isOfKnownKind = policy.systems.length > 0;
    if (isOfKnownKind && !policy.systems.includes(system)) {
      notApplicable.push({ policy: index, ...forOtherSystem(policy, system) });
      continue;
    }
    for (const item of policy.notApplicable) notApplicable.push({ policy: index, ...item });
    for (const setting of policy.settings) {
      const others = candidates.get(setting.key);
      if (others) others.push({ policy: index, setting });
      else candidates.set(setting.key, [{ policy: index, setting }]);
    }
  }
  const ranks = strongest.map(({ assignment }) => rankOf(assignment.source));
  return {
    system,
    policies: strongest.map(({ policy: { id, name, version }, assignment: { source } }) => ({
      id,
      name,
      version,
      source,
    })),
    settings: [...candidates.values()].map((ofKey) => decide(ofKey, ranks)),
    notApplicable,
  };
}

const nobody: readonly Loser[] = [];

function decide(candidates: readonly Candidate[], ranks: readonly number[]): ResolvedSetting {
  const [first] = candidates as [Candidate];
  if (candidates.length === 1) return resolved(first, first.setting.value, 'only', nobody);
  const strongest = candidates.filter(({ policy }) => ranks[policy] === ranks[first.policy]);
  const { value, decision, why } = outcome(strongest.map(({ setting }) => setting));
  const winner = why === 'notChosen' ? strongest.find(({ setting }) => isSame(setting.value, value))! : first;
  const losers: Loser[] = [];
  for (const candidate of candidates) {
    if (candidate === winner) continue;
    const { policy, setting } = candidate;
    const isEquallyStrong = ranks[policy] === ranks[first.policy];
    losers.push({
      policy,
      value: setting.value,
      why: isSame(setting.value, value) ? 'sameValue' : isEquallyStrong ? why : 'weaker',
    });
  }
  return resolved(winner, value, decision, losers);
}

interface Outcome {
  readonly value: Json;
  readonly decision: Decision;
  /** Why those of the settings lost that say something else. */
  readonly why: LoserReason;
}

/** What equally strong settings of one key come to, the oldest first. */
function outcome(settings: readonly Setting[]): Outcome {
  const [first, ...others] = settings as [Setting, ...Setting[]];
  const rule = first.combine;
  if (others.length === 0) return { value: first.value, decision: 'priority', why: 'weaker' };
  if (others.every(({ value }) => isSame(value, first.value))) {
    return { value: first.value, decision: 'agreement', why: 'sameValue' };
  }
  let value: Json | undefined = first.value;
  for (const other of others) {
    value = combine(rule, value, other.value);
    if (value === undefined) {
      return { value: first.value, decision: 'first', why: 'olderAssignmentWins' };
    }
  }
  return { value, decision: rule, why: isChoice(rule) ? 'notChosen' : 'combined' };
}

function resolved(
  { policy, setting }: Candidate,
  value: Json,
  decision: Decision,
  losers: readonly Loser[],
): ResolvedSetting {
  return { ...setting, value, winner: policy, losers, decision, conflict: decision === 'first' };
}

function forOtherSystem(policy: CompiledPolicy, system: System): NotApplicable {
  const names = { windows: 'Windows', macOS: 'macOS', iOS: 'iOS' } as const;
  const wanted = policy.systems.map((name) => names[name]).join(' or ');
  return {
    property: null,
    value: null,
    reason: 'otherSystem',
    message: `The policy is for ${wanted}; the device runs ${names[system]}.`,
  };
}
