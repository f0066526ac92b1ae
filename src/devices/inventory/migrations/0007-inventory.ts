import type { Migration } from '../../../database/index.ts';

export const inventory: Migration = {
  name: 'devices/0007-inventory',
  sql: `
    create table devices_inventory (
      organization_id uuid not null references tenancy_organization,
      device_id uuid not null,
      part text not null,
      content jsonb not null,
      reported_at timestamptz(3) not null,
      primary key (organization_id, device_id, part),
      constraint devices_inventory_device foreign key (organization_id, device_id) references devices_device
    );
  `,
};
