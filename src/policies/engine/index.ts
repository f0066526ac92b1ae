export { appleItemOf } from './apple/item.ts';
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
export type { CompiledPolicy, WindowsNodes } from './compile/kind.ts';
export { compilePolicy } from './compile/kinds.ts';
export { normaliseLocUri } from './compile/loc-uri.ts';
export { omaValueOf } from './compile/windows10-custom-configuration.ts';
export { profileDictionary } from './compile/profile-identifier.ts';
export {
  explain,
  lackedFor,
  settingOnDevice,
  settingStates,
  type ExplainedPolicy,
  type Explanation,
  type Progress,
  type SettingState,
} from './explain.ts';
export { diff, type DocumentDifference } from './diff.ts';
export { documentKey, policySetKey } from './policy-set.ts';
export { resolve, type DocumentPolicy, type ResolvedDocument, type ResolvedSetting } from './resolve.ts';
export { isSecret, withoutSecretItem, withoutSecrets, withoutSecretsOfDifference } from './secret.ts';
export type { NotApplicable, Setting, System } from './setting.ts';
