import type { Migration } from '../../database/index.ts';

export const primaryPolicyOfEnrollment: Migration = {
  name: 'policies/0012-primary-policy-of-enrollment',
  sql: `
    alter table policies_enrollment_policy add column kind text not null default 'direct' check (kind in ('primary', 'direct'));
    alter table policies_enrollment_policy alter column kind drop default;
    alter table policies_enrollment_policy alter column priority drop not null;
    alter table policies_enrollment_policy add constraint policies_enrollment_policy_priority check ((kind = 'direct') = (priority is not null));
    alter table policies_enrollment_policy drop constraint policies_enrollment_policy_pkey;
    alter table policies_enrollment_policy add primary key (organization_id, enrollment_id, kind, policy_id);
    create unique index policies_enrollment_policy_primary on policies_enrollment_policy (organization_id, enrollment_id) where kind = 'primary';
  `,
};
