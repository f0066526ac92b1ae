import type { Migration } from '../../../database/index.ts';

export const audiences: Migration = {
  name: 'devices/0003-audiences',
  sql: `
    create table devices_audience (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      name text not null,
      description text,
      selectors jsonb not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id)
    );
    create unique index devices_audience_name on devices_audience (organization_id, lower(name));
    create index devices_audience_created on devices_audience (organization_id, created_at, id);
  `,
};
