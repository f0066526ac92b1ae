import type { Migration } from '../../database/index.ts';

/** To find what one request has changed. */
export const auditByRequest: Migration = {
  name: 'tenancy/0002-audit-by-request',
  sql: 'create index tenancy_audit_event_request on tenancy_audit_event (organization_id, request_id);',
};
