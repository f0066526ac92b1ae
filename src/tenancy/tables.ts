import { tables, type JsonColumn, type Reader } from '../database/index.ts';
import type { JWK } from 'jose';
import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Plan } from './plans.ts';

interface OrganizationTable {
  id: Id;
  slug: string;
  name: string;
  tenant_id: string;
  plan: Plan;
  created_at: Date;
}

interface ServiceAccountTable {
  organization_id: Id;
  id: Id;
  name: string;
  created_at: Date;
}

interface TokenTable {
  organization_id: Id;
  id: Id;
  service_account_id: Id;
  hash: Buffer;
  permissions: string[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

interface ApplicationTable {
  organization_id: Id;
  id: Id;
  client_id: string;
  name: string;
  permissions: string[];
  secret_hash: Buffer;
  secret_salt: Buffer;
  created_at: Date;
  last_used_at: Date | null;
}

interface SigningKeyTable {
  kid: string;
  public_jwk: JsonColumn<JWK>;
  private_jwk: Buffer;
  created_at: Date;
}

interface KeyCheckTable {
  sealed: Buffer;
}

interface AuditEventTable {
  organization_id: Id;
  id: Id;
  at: Date;
  actor_kind: string;
  actor_id: Id | null;
  actor_name: string;
  action: string;
  target_type: string;
  target_id: string;
  target_name: string | null;
  before: JsonColumn<JsonObject> | null;
  after: JsonColumn<JsonObject> | null;
  warning: string | null;
  request_id: string;
}

interface TenancyTables {
  tenancy_organization: OrganizationTable;
  tenancy_service_account: ServiceAccountTable;
  tenancy_token: TokenTable;
  tenancy_application: ApplicationTable;
  tenancy_signing_key: SigningKeyTable;
  tenancy_key_check: KeyCheckTable;
  tenancy_audit_event: AuditEventTable;
}

export function tenancyTables(reader: Reader) {
  return tables<TenancyTables>(reader);
}
