import type { Migration } from '../../database/index.ts';

export const secrets: Migration = {
  name: 'policies/0004-secrets',
  sql: `
    -- Values that documents of policies, of whatever version, hold a reference to. They stay as long as the policy. A new policy's are
    -- written before the policy is.
    create table policies_secret (
      organization_id uuid not null,
      policy_id uuid not null,
      id uuid not null,
      type text not null,
      sealed bytea not null,
      created_at timestamptz(3) not null,
      primary key (organization_id, policy_id, id),
      constraint policies_secret_policy
        foreign key (organization_id, policy_id) references policies_policy on delete cascade
        deferrable initially deferred
    );
  `,
};
