import type { Migration } from '../../database/index.ts';

export const groupDevices: Migration = {
  name: 'devices/0004-group-devices',
  sql: `
    create table devices_group_device (
      organization_id uuid not null,
      group_id uuid not null,
      device_id uuid not null,
      primary key (organization_id, group_id, device_id),
      constraint devices_group_device_group
        foreign key (organization_id, group_id) references directory_group on delete cascade,
      constraint devices_group_device_device
        foreign key (organization_id, device_id) references devices_device on delete cascade
    );
    create index devices_group_device_groups on devices_group_device (organization_id, device_id);
  `,
};
