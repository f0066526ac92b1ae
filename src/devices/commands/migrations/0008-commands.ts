import type { Migration } from '../../../database/index.ts';

export const commands: Migration = {
  name: 'devices/0008-commands',
  sql: `
    create table devices_command (
      organization_id uuid not null,
      id uuid not null,
      device_id uuid not null,
      channel text not null,
      type text not null,
      body bytea not null,
      is_urgent boolean not null,
      state text not null check (state in ('queued', 'sent', 'notNow', 'acknowledged', 'error', 'formatError', 'canceled')),
      requested_by text not null,
      created_at timestamptz(3) not null,
      sent_at timestamptz(3),
      not_now_since timestamptz(3),
      not_now_count integer not null,
      finished_at timestamptz(3),
      answer jsonb,
      error text,
      primary key (organization_id, id),
      foreign key (organization_id, device_id) references devices_device,
      check ((finished_at is null) = (state in ('queued', 'sent', 'notNow')))
    );
    create index devices_command_waiting on devices_command (organization_id, device_id, channel) where finished_at is null;
    create index devices_command_of_device on devices_command (organization_id, device_id, id);
  `,
};
