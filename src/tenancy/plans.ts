/** What a plan may leave out. Applivery answers error 5050 when a feature is not in the plan. */
export type Feature = 'policyComposition' | 'audiences' | 'automationRules';

/** Policy composition (several policies on one device), audiences and automation rules came with the largest plan in Applivery's price list. */
export const plans = {
  starter: [],
  advanced: [],
  enterprise: ['policyComposition', 'audiences', 'automationRules'],
} as const satisfies Record<string, readonly Feature[]>;

export type Plan = keyof typeof plans;

export function isPlan(name: string): name is Plan {
  return Object.hasOwn(plans, name);
}
