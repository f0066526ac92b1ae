import type { Migration } from '../../database/index.ts';

export const automationRules: Migration = {
  name: 'policies/0005-automation-rules',
  sql: `
    create table policies_rule (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      name text not null,
      description text,
      enabled boolean not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id)
    );
    create unique index policies_rule_name on policies_rule (organization_id, lower(name));
    create index policies_rule_created on policies_rule (organization_id, created_at, id);

    create table policies_rule_audience (
      organization_id uuid not null,
      rule_id uuid not null,
      audience_id uuid not null,
      position integer not null,
      primary key (organization_id, rule_id, audience_id),
      foreign key (organization_id, rule_id) references policies_rule on delete cascade,
      constraint policies_rule_audience_audience
        foreign key (organization_id, audience_id) references devices_audience
    );
    create index policies_rule_audience_rules on policies_rule_audience (organization_id, audience_id, rule_id);

    create table policies_rule_policy (
      organization_id uuid not null,
      rule_id uuid not null,
      policy_id uuid not null,
      position integer not null,
      platform text not null check (platform in ('windows', 'apple')),
      priority integer not null check (priority between 0 and 10000),
      assigned_at timestamptz(3) not null,
      primary key (organization_id, rule_id, policy_id),
      foreign key (organization_id, rule_id) references policies_rule on delete cascade,
      constraint policies_rule_policy_policy
        foreign key (organization_id, policy_id) references policies_policy
    );
    create index policies_rule_policy_rules on policies_rule_policy (organization_id, policy_id, rule_id);
  `,
};
