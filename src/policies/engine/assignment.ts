import type { Id } from '../../kernel/id.ts';

/** An audience that a device belongs to, and what of the device says so, such as `tag:sales`. */
export interface MatchedAudience {
  readonly id: Id;
  readonly name: string;
  readonly reasons: readonly string[];
}

/**
 * From where a device has a policy, as far as it can change what the device gets. Priorities are 0 to 10000, and the lower number is the
 * stronger.
 */
export type AssignmentSource =
  | { readonly kind: 'primary' }
  | { readonly kind: 'direct'; readonly priority: number }
  | { readonly kind: 'rule'; readonly priority: number; readonly ruleId: Id }
  | { readonly kind: 'allDevices' | 'allLicensedUsers' }
  | { readonly kind: 'group'; readonly groupId: string };

/** That one device has a policy. */
export interface Assignment {
  readonly source: AssignmentSource;
  readonly assignedAt: Date;
  /** Of an automation rule: what it is called, and why it has the device. */
  readonly rule?: { readonly name: string; readonly audiences: readonly MatchedAudience[] };
}

/** That a group, which the device or its user is in, shall not have a policy. */
export interface Exclusion {
  readonly policyId: Id;
  readonly groupId: string;
}

/** Graph's targets have no priorities. All of them count as this one, which is also what Applivery's own examples give to policies. */
export const graphTargetPriority = 100;

/** 1 lets the lower number win, -1 the higher. */
const lowerNumberWins: 1 | -1 = 1;

/** The smaller, the stronger. Policies of the same rank are equally strong. The primary slot is stronger than every priority. */
export function rankOf(source: AssignmentSource): number {
  if (source.kind === 'primary') return -Infinity;
  return lowerNumberWins * ('priority' in source ? source.priority : graphTargetPriority);
}

/** The source as a text that no other source has. */
export function textOfSource(source: AssignmentSource): string {
  switch (source.kind) {
    case 'direct':
      return `direct ${source.priority}`;
    case 'rule':
      return `rule ${source.priority} ${source.ruleId}`;
    case 'group':
      return `group ${source.groupId}`;
    default:
      return source.kind;
  }
}

interface Assigned {
  readonly policy: { readonly id: Id };
  readonly assignment: Assignment;
}

/**
 * What counts of a device's assignments, the strongest first: none of an excluded policy, and of each other policy the strongest one.
 * Equally strong ones are in the order of their age, equally old ones in that of their policies (ids are ordered by time), so that the
 * order does not depend on how they were read.
 */
export function strongestAssignments<Item extends Assigned>(
  assigned: readonly Item[],
  exclusions: readonly Exclusion[] = [],
): Item[] {
  const seen = new Set<Id>(exclusions.map(({ policyId }) => policyId));
  const strongest: Item[] = [];
  for (const item of assigned.toSorted(compareStrength)) {
    if (seen.has(item.policy.id)) continue;
    seen.add(item.policy.id);
    strongest.push(item);
  }
  return strongest;
}

function compareStrength(left: Assigned, right: Assigned): number {
  return (
    compare(rankOf(left.assignment.source), rankOf(right.assignment.source)) ||
    compare(left.assignment.assignedAt.getTime(), right.assignment.assignedAt.getTime()) ||
    compare(left.policy.id, right.policy.id) ||
    compare(textOfSource(left.assignment.source), textOfSource(right.assignment.source))
  );
}

function compare<Value extends number | string>(left: Value, right: Value): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
