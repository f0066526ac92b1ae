import { tables, type JsonColumn, type Reader } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { PartnerAssignment, PartnerState } from './partner.ts';

export interface EntraConfigurationTable {
  organization_id: Id;
  id: Id;
  tenant_id: string;
  client_id: string;
  client_secret: Buffer | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

type AssignmentsColumn = JsonColumn<readonly PartnerAssignment[]>;

export interface PartnerTable {
  organization_id: Id;
  id: Id;
  display_name: string | null;
  partner_state: PartnerState;
  last_heartbeat_at: Date | null;
  mac_os_onboarded: boolean;
  android_onboarded: boolean;
  ios_onboarded: boolean;
  linux_onboarded: boolean;
  mac_os_enrollment_assignments: AssignmentsColumn;
  android_enrollment_assignments: AssignmentsColumn;
  ios_enrollment_assignments: AssignmentsColumn;
  linux_enrollment_assignments: AssignmentsColumn;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface ComplianceTables {
  compliance_entra_configuration: EntraConfigurationTable;
  compliance_partner: PartnerTable;
}

export function complianceTables(reader: Reader) {
  return tables<ComplianceTables>(reader);
}
