import type { Migration } from '../../database/index.ts';

export const enrollmentPolicies: Migration = {
  name: 'policies/0010-enrollment-policies',
  sql: `
    create table policies_enrollment_policy (
      organization_id uuid not null,
      enrollment_id uuid not null,
      policy_id uuid not null,
      priority integer not null check (priority between 0 and 10000),
      primary key (organization_id, enrollment_id, policy_id),
      foreign key (organization_id, enrollment_id) references devices_enrollment on delete cascade,
      foreign key (organization_id, policy_id) references policies_policy
    );
    create index policies_enrollment_policy_of_policy on policies_enrollment_policy (organization_id, policy_id);
  `,
};
