import type { Migration } from '../../database/index.ts';

export const scriptRuns: Migration = {
  name: 'policies/0020-script-runs',
  sql: `
    create table policies_script_state (
      organization_id uuid not null,
      device_id uuid not null,
      script_id uuid not null,
      reset_date text,
      begun_at timestamptz(3),
      last_run_id uuid,
      successes integer not null,
      errors integer not null,
      last_at timestamptz(3),
      primary key (organization_id, device_id, script_id),
      foreign key (organization_id, device_id) references devices_device
    ) with (fillfactor = 80);

    create table policies_script_run (
      organization_id uuid not null,
      device_id uuid not null,
      id uuid not null,
      script_id uuid not null,
      name text not null,
      type text not null check (type in ('once', 'loop', 'onDemand')),
      requested_by text,
      created_at timestamptz(3) not null,
      handed_at timestamptz(3),
      finished_at timestamptz(3),
      outcome text check (outcome in ('succeeded', 'failed', 'timedOut', 'interrupted', 'notRun', 'canceled')),
      exit_code integer,
      started_at timestamptz(3),
      ended_at timestamptz(3),
      error text,
      stdout text,
      stderr text,
      primary key (organization_id, device_id, id),
      foreign key (organization_id, device_id) references devices_device,
      check ((finished_at is null) = (outcome is null))
    );
    create unique index policies_script_run_open on policies_script_run (organization_id, device_id, script_id)
      where finished_at is null;
    create index policies_script_run_of_script on policies_script_run (organization_id, device_id, script_id, id);
  `,
};
