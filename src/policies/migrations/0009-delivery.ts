import type { Migration } from '../../database/index.ts';

export const delivery: Migration = {
  name: 'policies/0009-delivery',
  sql: `
    create table policies_delivery (
      organization_id uuid not null,
      device_id uuid not null,
      channel text not null,
      settled_key text,
      due_at timestamptz(3),
      items jsonb not null,
      not_now jsonb not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, device_id, channel),
      foreign key (organization_id, device_id) references devices_device
    );
  `,
};
