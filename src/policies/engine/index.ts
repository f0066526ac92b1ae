export {
  largestPriority,
  priorityOf,
  strongestAssignments,
  strongestFirst,
  textOfSource,
  type Assigned,
  type Assignment,
  type AssignmentSource,
  type Exclusion,
  type MatchedAudience,
} from './assignment.ts';
export { conflictResolutions, type CombineRule } from './combine.ts';
export { compiledKinds, compilePolicy } from './compile/kinds.ts';
export type { CompiledPolicy, WindowsNodes } from './compile/kind.ts';
export { normaliseLocUri } from './compile/loc-uri.ts';
export { diff, type DocumentDifference } from './diff.ts';
export {
  explain,
  type ExplainedDevice,
  type ExplainedPolicy,
  type ExplainedSetting,
  type Explanation,
  type Progress,
} from './explain.ts';
export { documentKey, policySetKey } from './policy-set.ts';
export {
  resolve,
  type AssignedPolicy,
  type DocumentPolicy,
  type Loser,
  type LoserReason,
  type ResolvedDocument,
  type ResolvedSetting,
} from './resolve.ts';
export { isSecret, withoutSecretItem, withoutSecrets } from './secret.ts';
export type { NotApplicable, NotApplicableReason, Setting, System } from './setting.ts';
