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
export interface Assignment<Source extends AssignmentSource = AssignmentSource> {
  readonly source: Source;
  readonly assignedAt: Date;
  /** Of a group: what it is called. */
  readonly groupName?: string;
  /** Of an automation rule: what it is called, and why it has the device. */
  readonly rule?: { readonly name: string; readonly audiences: readonly MatchedAudience[] };
}

/** A policy that one device has. */
export interface Assigned<
  Policy extends { readonly id: Id } = { readonly id: Id },
  Source extends AssignmentSource = AssignmentSource,
> {
  readonly policy: Policy;
  readonly assignment: Assignment<Source>;
}

/** That a group, which the device or its user is in, shall not have a policy. */
export interface Exclusion {
  readonly policyId: Id;
  readonly groupId: string;
}

export const largestPriority = 10_000;

/** Graph's targets have no priorities. All of them count as this one, which is also what Applivery's own examples give to policies. */
export const graphTargetPriority = 100;

/**
 * Which of two priorities is stronger: 1 lets the lower number win, -1 the higher. The vendor's documentation of automation rules says
 * that lower numbers mean higher priority.
 */
const lowerNumberWins: 1 | -1 = 1;

/** The number that an assignment competes with; null for the primary slot, which is stronger than every number. */
export function priorityOf(source: AssignmentSource): number | null {
  if (source.kind === 'primary') return null;
  return 'priority' in source ? source.priority : graphTargetPriority;
}

/** The smaller, the stronger. Policies of the same rank are equally strong. */
export function rankOf(source: AssignmentSource): number {
  const priority = priorityOf(source);
  return priority === null ? -Infinity : lowerNumberWins * priority;
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

/**
 * The strongest first. Equally strong ones are in the order of their age, equally old ones in that of their policies (ids are ordered by
 * time), so that the order does not depend on how they were read.
 */
export function strongestFirst<Item extends Assigned>(assigned: readonly Item[]): Item[] {
  return assigned.toSorted(compareStrength);
}

/** What counts of a device's assignments, the strongest first: none of an excluded policy, and of each other policy the strongest one. */
export function strongestAssignments<Item extends Assigned>(
  assigned: readonly Item[],
  exclusions: readonly Exclusion[] = [],
): Item[] {
  const seen = new Set<Id>(exclusions.map(({ policyId }) => policyId));
  const strongest: Item[] = [];
  for (const item of strongestFirst(assigned)) {
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
