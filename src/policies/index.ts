export {
  admxDigests,
  admxTexts,
  createAdmxConfig,
  listAdmxConfigs,
  admxConfigSortFields,
  removeAdmxConfig,
  requireAdmxConfig,
  updateAdmxConfig,
} from './admx-configs.ts';
export type { AdmxConfig, AdmxConfigWithContent } from './admx-config.ts';
export { applicationTypes, type Application, type ApplicationConfig } from './application.ts';
export {
  applicationSortFields,
  createApplication,
  listApplications,
  removeApplication,
  requireApplication,
  updateApplication,
} from './applications.ts';
export { assetExtensions, assetSubTypes, assetTypes, formatOf } from './asset-type.ts';
export type { Asset } from './asset.ts';
export {
  assetSortFields,
  createAsset,
  listAssets,
  readAssetPart,
  readScript,
  removeAsset,
  requireAsset,
  updateAsset,
  type NewAsset,
} from './assets.ts';
export type { AutomationRule, RuleContent } from './automation-rule.ts';
export { listRules, requireRule, ruleSortFields } from './automation-rules.ts';
export { createRule, removeRule, updateRule } from './change-automation-rule.ts';
export {
  deliveriesOf,
  digestOfValue,
  forgetDeliveries,
  idleCalls,
  idleSessions,
  type CertifiedCall,
  type IdleSession,
  lockDelivery,
  noDocument,
  resumeWaking,
  wakeTask,
  type PushOutcome,
  type PushWakes,
  nothingDelivered,
  retriedAt,
  saveDelivery,
  type DeliveredItem,
  type Delivery,
} from './delivery/index.ts';
export {
  desiredStateOf,
  documentReader,
  idsOfDevicesWithPolicy,
  listRecalculations,
  recalculateTouched,
  recalculationJob,
  recalculationTask,
  requireRecalculation,
  resumeRecalculations,
  type DocumentReader,
  type Recalculation,
} from './desired-state/index.ts';
export {
  assignByEnrollment,
  policiesOfEnrollments,
  setEnrollmentPolicies,
  type EnrollmentPolicy,
} from './enrollment-policies.ts';
export {
  applyTemplate,
  createTemplate,
  listTemplates,
  removeTemplate,
  requireTemplate,
  templateSortFields,
  updateTemplate,
  useTemplate,
  type EnrollmentTemplate,
  type TemplateContent,
  type TemplateRule,
} from './enrollment-templates/index.ts';
export { directPoliciesOf, primaryPolicyOf } from './assignments.ts';
export { createPolicy, updatePolicy, type NewPolicy } from './change-policy.ts';
export { deviceConfigurations } from './device-configurations.ts';
export { endManagement, removeDevice } from './end-management.ts';
export { forgetInstallation, releaseDevice } from './release-device.ts';
export { effectivePolicyOf, type EffectivePolicy } from './effective-policy.ts';
export {
  appleItemOf,
  isSecret,
  lackedFor,
  largestPriority,
  normaliseLocUri,
  priorityOf,
  profileDictionary,
  settingStates,
  type ResolvedDocument,
  type ResolvedSetting,
  type System,
} from './engine/index.ts';
export {
  effectivePolicyPageOf,
  type EffectivePolicyPage,
  type SettingPosition,
} from './effective-policy-page.ts';
export { loadItems, type Items } from './items.ts';
export { policiesMigrations } from './migrations/index.ts';
export {
  applyPlan,
  listPlannedDevices,
  listPlannedDifferences,
  listPlans,
  makePlan,
  requirePlan,
  type AnswerChange,
  type Plan,
  type PlannedDifference,
  type ProposedChange,
} from './plans/index.ts';
export {
  getPolicy,
  listAllPolicies,
  listPolicies,
  loadPolicies,
  policyNotFound,
  policySortFields,
} from './policies.ts';
export type { Policy, PolicyContent } from './policy.ts';
export {
  getPolicyOfAnyFamily,
  listPolicySummaries,
  policiesOfDevice,
  policyFamilies,
  type AnyPolicyFamily,
  type PolicySummary,
} from './policy-families.ts';
export { getPolicyVersion, listPolicyVersions, type PolicyVersion } from './policy-versions.ts';
export { openReferences } from './oma-secrets.ts';
export { readOmaSecret } from './read-oma-secret.ts';
export { removeAudience } from './remove-audience.ts';
export { removeGroup } from './remove-group.ts';
export { removePolicy } from './remove-policy.ts';
export { rollBackPolicy } from './roll-back-policy.ts';
export { settingsNotInPlace } from './settings-not-in-place.ts';
export { systemOf } from './system.ts';
export type { NamedTarget, PolicyTarget } from './target.ts';
export { addTarget, changeTarget, removeTarget, replaceTargets, targetsOfPolicies } from './targets.ts';
export {
  updateWindowsDevice,
  windowsDeviceReader,
  withPolicies,
  type ManagedWindowsDevice,
  type WindowsDeviceChange,
  type WindowsDeviceReader,
} from './windows-devices.ts';
export {
  applicationActions,
  assetScopes,
  emptyWindowsPolicy,
  windowsPolicies,
  type WindowsPolicy,
  type WindowsPolicyDocument,
} from './windows-policy.ts';
export { importCatalogue, useCatalogue, type CatalogueChange } from './use-catalogue.ts';
export { policyWarnings } from './windows-nodes.ts';
export { createWindowsPolicy, referencesOf, updateWindowsPolicy } from './windows-policies.ts';
