export { applyPlan, makePlan } from './make-plan.ts';
export type { AnswerChange, Plan, PlannedDifference, ProposedChange } from './plan.ts';
export { listPlannedDevices, listPlannedDifferences, listPlans, requirePlan } from './plans.ts';
