import type { Migration } from '../../../database/index.ts';

export const standIn: Migration = {
  name: 'devices/0013-stand-in',
  sql: `
    alter table devices_enrollment add column device_id uuid;
    alter table devices_enrollment add constraint devices_enrollment_device
      foreign key (organization_id, device_id) references devices_device;
    create index devices_enrollment_of_device on devices_enrollment (organization_id, device_id) where device_id is not null;
  `,
};
