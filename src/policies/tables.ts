import { tables, type JsonColumn, type Reader, type Selectable } from '../database/index.ts';
import type { Platform, Script } from '../devices/index.ts';
import type { AssignmentTarget } from '../directory/index.ts';
import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { ApplicationConfig, ApplicationInfo, ApplicationType } from './application.ts';
import type { AssetExtension, AssetType } from './asset-type.ts';
import type { RunOutcome } from './agents/index.ts';
import type { ResolvedDocument, System } from './engine/index.ts';
import type { Delivery } from './delivery/delivery.ts';
import type { SetMember } from './desired-state/policy-set.ts';
import type { RecalculationScope } from './desired-state/recalculation.ts';
import type { TemplateContent, TemplateRule } from './enrollment-templates/template.ts';
import type { Plan, PlanCounts, PlannedDifference } from './plans/plan.ts';

interface PolicyTable {
  organization_id: Id;
  id: Id;
  kind: string;
  name: string;
  description: string | null;
  /** Null is the root. */
  segment_id: number | null;
  expose_to_children: boolean;
  document: JsonColumn<JsonObject>;
  version: number;
  created_at: Date;
  updated_at: Date;
}

interface VersionTable {
  organization_id: Id;
  policy_id: Id;
  version: number;
  name: string;
  description: string | null;
  document: JsonColumn<JsonObject>;
  made_at: Date;
  made_by_kind: string;
  made_by_id: Id | null;
  made_by_name: string;
}

interface AssignmentTable {
  organization_id: Id;
  device_id: Id;
  kind: 'primary' | 'direct';
  policy_id: Id;
  priority: number | null;
  assigned_at: Date;
}

interface TargetTable {
  organization_id: Id;
  policy_id: Id;
  key: string;
  target: JsonColumn<AssignmentTarget>;
  created_at: Date;
}

interface SecretTable {
  organization_id: Id;
  policy_id: Id;
  id: Id;
  /** Of the setting whose value it is. */
  type: string;
  sealed: Buffer;
  created_at: Date;
}

interface RuleTable {
  organization_id: Id;
  id: Id;
  name: string;
  description: string | null;
  enabled: boolean;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface RuleAudienceTable {
  organization_id: Id;
  rule_id: Id;
  audience_id: Id;
  position: number;
}

interface RulePolicyTable {
  organization_id: Id;
  rule_id: Id;
  policy_id: Id;
  position: number;
  platform: Platform;
  priority: number;
  assigned_at: Date;
}

interface DocumentTable {
  organization_id: Id;
  /** The hash of the document. */
  key: string;
  document: JsonColumn<ResolvedDocument>;
}

interface SetTable {
  organization_id: Id;
  id: Id;
  /** The hash of what makes two devices share the set. */
  key: string;
  /** Null for devices whose system policies cannot be delivered to; such a set has no document. */
  system: System | null;
  /** Strongest first. */
  members: JsonColumn<readonly SetMember[]>;
  document_key: string | null;
}

interface SetMemberTable {
  organization_id: Id;
  policy_id: Id;
  set_id: Id;
}

interface DeviceSetTable {
  organization_id: Id;
  device_id: Id;
  set_id: Id;
}

interface RecalculationTable {
  organization_id: Id;
  id: Id;
  scope: JsonColumn<RecalculationScope>;
  /** Devices; null until they are counted. */
  total: number | null;
  done: number;
  last_id: Id | null;
  started_by: string;
  created_at: Date;
  finished_at: Date | null;
}

interface PlanTable {
  organization_id: Id;
  id: Id;
  sealed_changes: Buffer;
  changes: JsonColumn<Plan['changes']>;
  new_ids: (Id | null)[];
  fingerprint: string;
  counts: JsonColumn<PlanCounts>;
  created_by: string;
  created_at: Date;
  expires_at: Date;
  applied_at: Date | null;
}

interface PlanDifferenceTable {
  organization_id: Id;
  plan_id: Id;
  number: number;
  devices: number;
  cannot_take: boolean;
  difference: JsonColumn<PlannedDifference>;
}

interface PlanDeviceTable {
  organization_id: Id;
  plan_id: Id;
  device_id: Id;
  number: number;
}

interface DeliveryTable {
  organization_id: Id;
  device_id: Id;
  /** Which of the device's channels. */
  channel: string;
  /** The document for which nothing is left to do; null while something is. */
  settled_key: string | null;
  /** When something is tried again; null when nothing is. */
  due_at: Date | null;
  items: JsonColumn<Delivery['items']>;
  not_now: JsonColumn<Delivery['notNow']>;
  updated_at: Date;
}

interface ScriptStateTable {
  organization_id: Id;
  device_id: Id;
  script_id: Id;
  /** The `resetDate` for which it began last by itself, '' for none; null when it never did. */
  reset_date: string | null;
  /** When it began last by itself. */
  begun_at: Date | null;
  last_run_id: Id | null;
  successes: number;
  errors: number;
  last_at: Date | null;
}

interface ScriptRunTable {
  organization_id: Id;
  device_id: Id;
  id: Id;
  script_id: Id;
  name: string;
  type: Script['type'];
  /** Null when it began by itself. */
  requested_by: string | null;
  created_at: Date;
  handed_at: Date | null;
  finished_at: Date | null;
  outcome: RunOutcome | null;
  exit_code: number | null;
  /** By the device's clock. */
  started_at: Date | null;
  ended_at: Date | null;
  error: string | null;
  stdout: string | null;
  stderr: string | null;
}

interface EnrollmentPolicyTable {
  organization_id: Id;
  enrollment_id: Id;
  policy_id: Id;
  kind: 'primary' | 'direct';
  /** Of a direct one. */
  priority: number | null;
}

interface EnrollmentTemplateTable {
  organization_id: Id;
  id: Id;
  name: string;
  description: string | null;
  auxiliary_fields: JsonColumn<TemplateContent['auxiliaryFields']>;
  login_provider_types: string[];
  allow_auto_continue: boolean;
  /** Null is the root. */
  segment_id: number | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface EnrollmentTemplateRuleTable {
  organization_id: Id;
  template_id: Id;
  position: number;
  name: string | null;
  display_name_pattern: string | null;
  tags: string[];
  conditions: JsonColumn<TemplateRule['conditions']>;
  /** Null is the root. */
  segment_id: number | null;
}

interface EnrollmentTemplatePolicyTable {
  organization_id: Id;
  template_id: Id;
  /** The position of the rule that gives it. */
  rule: number;
  position: number;
  kind: 'primary' | 'direct';
  policy_id: Id;
  /** Of a direct one. */
  priority: number | null;
}

interface DefaultEnrollmentTemplateTable {
  organization_id: Id;
  template_id: Id;
}

interface AssetTable {
  organization_id: Id;
  id: Id;
  name: string;
  description: string | null;
  type: AssetType;
  ext: AssetExtension;
  file_name: string;
  mime_type: string;
  size: number;
  sha256: string;
  segment_id: number | null;
  expose_to_children: boolean;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface AssetContentTable {
  organization_id: Id;
  asset_id: Id;
  sealed: boolean;
  content: Buffer;
}

interface ApplicationTable {
  organization_id: Id;
  id: Id;
  type: ApplicationType;
  config: JsonColumn<ApplicationConfig>;
  info: JsonColumn<ApplicationInfo>;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface AdmxConfigTable {
  organization_id: Id;
  id: Id;
  app_name: string;
  setting_type: string;
  file_name: string;
  description: string | null;
  content: string;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

export interface PoliciesTables {
  policies_policy: PolicyTable;
  policies_version: VersionTable;
  policies_assignment: AssignmentTable;
  policies_target: TargetTable;
  policies_secret: SecretTable;
  policies_rule: RuleTable;
  policies_rule_audience: RuleAudienceTable;
  policies_rule_policy: RulePolicyTable;
  policies_document: DocumentTable;
  policies_set: SetTable;
  policies_set_member: SetMemberTable;
  policies_device_set: DeviceSetTable;
  policies_delivery: DeliveryTable;
  policies_enrollment_policy: EnrollmentPolicyTable;
  policies_enrollment_template: EnrollmentTemplateTable;
  policies_enrollment_template_rule: EnrollmentTemplateRuleTable;
  policies_enrollment_template_policy: EnrollmentTemplatePolicyTable;
  policies_default_enrollment_template: DefaultEnrollmentTemplateTable;
  policies_script_state: ScriptStateTable;
  policies_script_run: ScriptRunTable;
  policies_recalculation: RecalculationTable;
  policies_plan: PlanTable;
  policies_plan_difference: PlanDifferenceTable;
  policies_plan_device: PlanDeviceTable;
  policies_asset: AssetTable;
  policies_asset_content: AssetContentTable;
  policies_application: ApplicationTable;
  policies_admx_config: AdmxConfigTable;
}

export type PolicyRow = Selectable<PolicyTable>;
export type TargetRow = Selectable<TargetTable>;
export type RuleRow = Selectable<RuleTable>;
export type PlanRow = Selectable<PlanTable>;
export type RecalculationRow = Selectable<RecalculationTable>;
export type ScriptRunRow = Selectable<ScriptRunTable>;
export type AssetRow = Selectable<AssetTable>;
export type ApplicationRow = Selectable<ApplicationTable>;
export type EnrollmentTemplateRow = Selectable<EnrollmentTemplateTable>;
export type AdmxConfigRow = Selectable<AdmxConfigTable>;

export function policiesTables(reader: Reader) {
  return tables<PoliciesTables>(reader);
}
