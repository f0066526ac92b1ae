import type { Migration } from '../../database/index.ts';

export const entraConfiguration: Migration = {
  name: 'compliance/0001-entra-configuration',
  sql: `
    create table compliance_entra_configuration (
      organization_id uuid primary key references tenancy_organization,
      id uuid not null,
      tenant_id text not null,
      client_id text not null,
      client_secret bytea,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    );
  `,
};
