export {
  createAdmxConfig,
  listAdmxConfigs,
  admxConfigSortFields,
  removeAdmxConfig,
  requireAdmxConfig,
  updateAdmxConfig,
} from './admx-configs.ts';
export type { AdmxConfig, AdmxConfigWithContent } from './admx-config.ts';
export {
  applicationTypes,
  type Application,
  type ApplicationConfig,
  type ApplicationInfo,
} from './application.ts';
export {
  applicationSortFields,
  createApplication,
  listApplications,
  removeApplication,
  requireApplication,
  updateApplication,
} from './applications.ts';
export {
  assetExtensions,
  assetSubTypes,
  assetTypes,
  formatOf,
  type AssetExtension,
  type AssetSubType,
  type AssetType,
} from './asset-type.ts';
export type { Asset, AssetContent } from './asset.ts';
export {
  assetSortFields,
  createAsset,
  listAssets,
  readScript,
  removeAsset,
  requireAsset,
  updateAsset,
  type NewAsset,
} from './assets.ts';
export { idsOfDevicesAssigned, setDeviceAssignments, type AssignmentChange } from './assignments.ts';
export { createPolicy, removePolicy, updatePolicy, type NewPolicy } from './change-policy.ts';
export { deviceConfigurations } from './device-configurations.ts';
export { loadItems, type Items } from './items.ts';
export { mergeWindowsPolicies } from './merge-windows-policies.ts';
export { policiesMigrations } from './migrations/index.ts';
export {
  getPolicy,
  listAllPolicies,
  listPolicies,
  listPolicyVersions,
  policiesByIds,
  policyNotFound,
  policySortFields,
  type PolicyFilter,
  type PolicySortField,
  type PolicyVersion,
} from './policies.ts';
export type { NamedId, Policy, PolicyContent, PolicyFamily } from './policy.ts';
export { largestPriority, type AssignedPolicy } from './strength.ts';
export {
  removeWindowsDevice,
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
export { createWindowsPolicy, referencesOf, updateWindowsPolicy } from './windows-policies.ts';
