import { createHash } from 'node:crypto';
import type { Id } from '../../kernel/id.ts';
import {
  policySetKey,
  strongestAssignments,
  type Assigned,
  type AssignmentSource,
  type Exclusion,
  type System,
} from '../engine/index.ts';

/** A policy of a set, and from where the devices of the set have it. */
export interface SetMember {
  readonly policyId: Id;
  readonly source: AssignmentSource;
}

/** The policies, of whatever version, that devices of one system have from the same sources. */
export interface PolicySet {
  /** The same for the same system and members, and for no others. */
  readonly key: string;
  /** Null for a system that policies cannot be delivered to. */
  readonly system: System | null;
  /** Strongest first. */
  readonly members: readonly SetMember[];
}

/** The set of a device that is assigned these policies. */
export function policySetOf(
  system: System | undefined,
  assigned: readonly Assigned[],
  exclusions: readonly Exclusion[],
): PolicySet {
  return {
    key: sha256(policySetKey(system ?? 'unknown', assigned, exclusions)),
    system: system ?? null,
    members: strongestAssignments(assigned, exclusions).map(({ policy, assignment }) => ({
      policyId: policy.id,
      source: assignment.source,
    })),
  };
}

/** In hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
