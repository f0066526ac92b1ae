import type { Migration } from '../../database/index.ts';

export const enrollmentTemplates: Migration = {
  name: 'policies/0021-enrollment-templates',
  sql: `
    create table policies_enrollment_template (
      organization_id uuid not null,
      id uuid not null,
      name text not null,
      description text,
      auxiliary_fields jsonb not null,
      login_provider_types text[] not null,
      allow_auto_continue boolean not null,
      segment_id integer,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id),
      constraint policies_enrollment_template_segment foreign key (organization_id, segment_id) references directory_segment
    );
    create unique index policies_enrollment_template_name on policies_enrollment_template (organization_id, lower(name));
    create index policies_enrollment_template_of_segment on policies_enrollment_template (organization_id, segment_id);

    create table policies_enrollment_template_rule (
      organization_id uuid not null,
      template_id uuid not null,
      position integer not null,
      name text,
      display_name_pattern text,
      tags text[] not null,
      conditions jsonb not null,
      segment_id integer,
      primary key (organization_id, template_id, position),
      foreign key (organization_id, template_id) references policies_enrollment_template on delete cascade,
      constraint policies_enrollment_template_rule_segment foreign key (organization_id, segment_id) references directory_segment
    );
    create index policies_enrollment_template_rule_of_segment on policies_enrollment_template_rule (organization_id, segment_id);

    create table policies_enrollment_template_policy (
      organization_id uuid not null,
      template_id uuid not null,
      rule integer not null,
      position integer not null,
      kind text not null check (kind in ('primary', 'direct')),
      policy_id uuid not null,
      priority integer check (priority between 0 and 10000),
      primary key (organization_id, template_id, rule, position),
      foreign key (organization_id, template_id, rule) references policies_enrollment_template_rule on delete cascade,
      constraint policies_enrollment_template_policy_policy foreign key (organization_id, policy_id) references policies_policy,
      check ((kind = 'direct') = (priority is not null))
    );
    create index policies_enrollment_template_policy_of_policy on policies_enrollment_template_policy (organization_id, policy_id);

    create table policies_default_enrollment_template (
      organization_id uuid not null primary key,
      template_id uuid not null,
      foreign key (organization_id, template_id) references policies_enrollment_template on delete cascade
    );
  `,
};
