import type { Migration } from '../../database/index.ts';

export const targets: Migration = {
  name: 'policies/0002-targets',
  sql: `
    create table policies_target (
      organization_id uuid not null,
      policy_id uuid not null,
      key text collate "C" not null,
      target jsonb not null,
      group_id uuid generated always as ((target ->> 'groupId')::uuid) stored,
      created_at timestamptz(3) not null,
      primary key (organization_id, policy_id, key),
      constraint policies_target_policy
        foreign key (organization_id, policy_id) references policies_policy on delete cascade,
      constraint policies_target_group
        foreign key (organization_id, group_id) references directory_group
    );
    create index policies_target_of_group on policies_target (organization_id, group_id) where group_id is not null;
  `,
};
