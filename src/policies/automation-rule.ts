import type { Platform } from '../devices/index.ts';
import type { Id } from '../kernel/id.ts';

/** What a rule does with the devices of its audiences: it gives them a policy. */
export interface RuleAction {
  readonly platform: Platform;
  readonly policyId: Id;
  /** 0 to 10000; the lower number is the stronger. */
  readonly priority: number;
}

/** What an administrator says of an automation rule. */
export interface RuleContent {
  /** Unique in the organization without regard to case. */
  readonly name: string;
  readonly description: string | null;
  /** A device that belongs to one of them is meant. */
  readonly audienceIds: readonly Id[];
  readonly actions: readonly RuleAction[];
  /** A rule that is not does nothing. */
  readonly enabled: boolean;
}

/** Gives policies to all devices of some audiences, for as long as they belong to them. */
export interface AutomationRule extends RuleContent {
  readonly id: Id;
  readonly actions: readonly (RuleAction & {
    /** Since when the rule gives this policy. */
    readonly assignedAt: Date;
  })[];
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
