export { desiredStateOf, stateOfSet, type DesiredState } from './desired-state.ts';
export { documentReader, type DocumentReader } from './document-reader.ts';
export type { ReachingPolicies } from './reach.ts';
export type { Recalculation } from './recalculation.ts';
export { idsOfDevicesWithPolicy } from './scope.ts';
export {
  listRecalculations,
  recalculateTouched,
  recalculationJob,
  recalculationTask,
  requireRecalculation,
  resumeRecalculations,
} from './recalculations.ts';
export { standingOf } from './standing.ts';
