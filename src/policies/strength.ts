import type { Id } from '../kernel/id.ts';
import type { MatchedAudience } from './engine/index.ts';
import type { Policy } from './policy.ts';

/** A policy that a device has: in its primary slot, or given directly with a priority from 0 to 10000. */
export type AssignedPolicy<Document extends object> = {
  readonly policy: Policy<Document>;
  readonly assignedAt: Date;
} & (
  | { readonly kind: 'primary'; readonly priority: null }
  | { readonly kind: 'direct'; readonly priority: number }
);

/** A policy that an automation rule gives a device, and the audiences of the rule that the device belongs to. */
export interface EnforcedPolicy<Document extends object> {
  readonly kind: 'rule';
  readonly policy: Policy<Document>;
  readonly priority: number;
  readonly assignedAt: Date;
  readonly rule: {
    readonly id: Id;
    readonly name: string;
    readonly audiences: readonly MatchedAudience[];
  };
}

export type PolicyOfDevice<Document extends object> = AssignedPolicy<Document> | EnforcedPolicy<Document>;

export const largestPriority = 10_000;

/**
 * Which of two priorities is stronger: 1 lets the lower number win, -1 the higher. The vendor's documentation of automation rules says
 * that lower numbers mean higher priority.
 */
const lowerNumberWins: 1 | -1 = 1;

/**
 * The strongest first: the primary slot, then by priority; of equal ones the older assignment, then the older policy, then the older
 * rule. No two are equal, so the order never depends on how they were read.
 */
export function strongestFirst<Item extends PolicyOfDevice<object>>(assigned: readonly Item[]): Item[] {
  return assigned.toSorted(
    (left, right) =>
      Number(right.kind === 'primary') - Number(left.kind === 'primary') ||
      lowerNumberWins * ((left.priority ?? 0) - (right.priority ?? 0)) ||
      left.assignedAt.getTime() - right.assignedAt.getTime() ||
      compare(left.policy.id, right.policy.id) ||
      compare(ruleOf(left), ruleOf(right)),
  );
}

function ruleOf(item: PolicyOfDevice<object>): string {
  return item.kind === 'rule' ? item.rule.id : '';
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
