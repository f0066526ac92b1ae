import type { Policy } from './policy.ts';

/** A policy that a device has: in its primary slot, or given directly with a priority from 0 to 10000. */
export type AssignedPolicy<Document extends object> = {
  readonly policy: Policy<Document>;
  readonly assignedAt: Date;
} & (
  | { readonly kind: 'primary'; readonly priority: null }
  | { readonly kind: 'direct'; readonly priority: number }
);

export const largestPriority = 10_000;

/**
 * Which of two priorities is stronger: 1 lets the lower number win, -1 the higher. The vendor's documentation of automation rules says
 * that lower numbers mean higher priority.
 */
const lowerNumberWins: 1 | -1 = 1;

/**
 * The strongest first: the primary slot, then by priority; of equal ones the older assignment, then the older policy. No two policies of
 * a device are equal, so the order never depends on how they were read.
 */
export function strongestFirst<Document extends object>(
  assigned: readonly AssignedPolicy<Document>[],
): AssignedPolicy<Document>[] {
  return assigned.toSorted(
    (left, right) =>
      Number(right.kind === 'primary') - Number(left.kind === 'primary') ||
      lowerNumberWins * ((left.priority ?? 0) - (right.priority ?? 0)) ||
      left.assignedAt.getTime() - right.assignedAt.getTime() ||
      (left.policy.id < right.policy.id ? -1 : Number(left.policy.id > right.policy.id)),
  );
}
