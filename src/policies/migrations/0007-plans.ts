import type { Migration } from '../../database/index.ts';

export const plans: Migration = {
  name: 'policies/0007-plans',
  sql: `
    create table policies_plan (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      -- The changes as they were asked for: they may hold secrets.
      sealed_changes bytea not null,
      changes jsonb not null,
      -- The ids that the changes gave when they were tried, in their order, so that they give the same ones when they are applied; null for
      -- one that is new then.
      new_ids uuid[] not null,
      fingerprint text not null,
      counts jsonb not null,
      created_by text not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      applied_at timestamptz(3),
      primary key (organization_id, id)
    );

    create table policies_plan_difference (
      organization_id uuid not null,
      plan_id uuid not null,
      number integer not null,
      devices integer not null,
      cannot_take boolean not null,
      difference json not null,
      primary key (organization_id, plan_id, number),
      foreign key (organization_id, plan_id) references policies_plan on delete cascade
    );

    create table policies_plan_device (
      organization_id uuid not null,
      plan_id uuid not null,
      device_id uuid not null,
      number integer not null,
      primary key (organization_id, plan_id, device_id),
      foreign key (organization_id, plan_id) references policies_plan on delete cascade,
      foreign key (organization_id, device_id) references devices_device on delete cascade
    );
    create index policies_plan_device_of_device on policies_plan_device (organization_id, device_id);
  `,
};
