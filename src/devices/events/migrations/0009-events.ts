import type { Migration } from '../../../database/index.ts';

export const events: Migration = {
  name: 'devices/0009-events',
  sql: `
    create table devices_event (
      organization_id uuid not null,
      id uuid not null,
      device_id uuid not null,
      at timestamptz(3) not null,
      title text not null,
      details jsonb not null,
      primary key (organization_id, id),
      foreign key (organization_id, device_id) references devices_device
    );
    create index devices_event_of_device on devices_event (organization_id, device_id, id);
  `,
};
