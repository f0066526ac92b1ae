import type { Migration } from '../../database/index.ts';

export const devices: Migration = {
  name: 'devices/0001-devices',
  // Nothing that a check-in writes is indexed, so that its updates stay on the page (HOT).
  sql: `
    create table devices_device (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      platform text not null check (platform in ('windows', 'apple')),
      sub_type text not null check (sub_type in ('device', 'enrollment')),
      state text not null check (state in ('PROVISIONING', 'ACTIVE', 'DELETE_REQUESTED', 'DELETED', 'UNKNOWN')),
      state_history jsonb not null,
      display_name text,
      tags text[] not null,
      user_id uuid,
      segment_id integer,
      platform_id text,
      serial_number text,
      imei text,
      config jsonb not null,
      config_dates jsonb not null,
      custom_config jsonb not null,
      summary jsonb not null,
      scripts jsonb not null,
      last_location jsonb not null,
      refresh_info_needed text[] not null,
      enrolled_at timestamptz(3),
      last_status_report_at timestamptz(3),
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id),
      constraint devices_device_user foreign key (organization_id, user_id) references directory_user,
      constraint devices_device_segment foreign key (organization_id, segment_id) references directory_segment
    ) with (fillfactor = 80);
    create index devices_device_serial on devices_device (organization_id, serial_number) where serial_number is not null;
    create index devices_device_imei on devices_device (organization_id, imei) where imei is not null;
    create index devices_device_of_user on devices_device (organization_id, user_id) where user_id is not null;
    create index devices_device_of_segment on devices_device (organization_id, segment_id) where segment_id is not null;
    create index devices_device_created on devices_device (organization_id, created_at, id);
    create index devices_device_name on devices_device (organization_id, display_name, id);
    create index devices_device_tags on devices_device using gin (tags);
    create index devices_device_scripts on devices_device using gin (scripts jsonb_path_ops) where scripts <> '[]';
  `,
};
