import type { Migration } from '../../database/index.ts';

export const policies: Migration = {
  name: 'policies/0001-policies',
  sql: `
    create table policies_policy (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      kind text not null,
      name text not null,
      description text,
      segment_id integer,
      expose_to_children boolean not null,
      document jsonb not null,
      version integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id),
      constraint policies_policy_segment foreign key (organization_id, segment_id) references directory_segment
    );
    create index policies_policy_created on policies_policy (organization_id, kind, created_at, id);
    create index policies_policy_name on policies_policy (organization_id, kind, name, id);
    create index policies_policy_references on policies_policy using gin (document jsonb_path_ops) where kind = 'winPolicy';

    create table policies_version (
      organization_id uuid not null,
      policy_id uuid not null,
      version integer not null,
      name text not null,
      description text,
      document jsonb not null,
      made_at timestamptz(3) not null,
      made_by_kind text not null,
      made_by_id uuid,
      made_by_name text not null,
      primary key (organization_id, policy_id, version),
      foreign key (organization_id, policy_id) references policies_policy on delete cascade
    );

    create table policies_assignment (
      organization_id uuid not null,
      device_id uuid not null,
      kind text not null,
      policy_id uuid not null,
      priority integer,
      assigned_at timestamptz(3) not null,
      primary key (organization_id, device_id, kind, policy_id),
      check (kind = 'primary' and priority is null or kind = 'direct' and priority between 0 and 10000),
      constraint policies_assignment_device
        foreign key (organization_id, device_id) references devices_device on delete cascade,
      constraint policies_assignment_policy
        foreign key (organization_id, policy_id) references policies_policy
    );
    create unique index policies_assignment_primary on policies_assignment (organization_id, device_id) where kind = 'primary';
    create index policies_assignment_of_policy on policies_assignment (organization_id, policy_id, device_id);

    create table policies_asset (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      name text not null,
      description text,
      type text not null,
      ext text not null,
      file_name text not null,
      mime_type text not null,
      size integer not null,
      sha256 text not null,
      segment_id integer,
      expose_to_children boolean not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id),
      constraint policies_asset_segment foreign key (organization_id, segment_id) references directory_segment
    );
    create index policies_asset_created on policies_asset (organization_id, created_at, id);

    -- Of its own, so that lists of assets do not read files. Certificates may hold private keys and are sealed.
    create table policies_asset_content (
      organization_id uuid not null,
      asset_id uuid not null,
      sealed boolean not null,
      content bytea not null,
      primary key (organization_id, asset_id),
      foreign key (organization_id, asset_id) references policies_asset on delete cascade
    );

    create table policies_application (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      type text not null,
      config jsonb not null,
      info jsonb not null,
      asset_id uuid generated always as ((config ->> 'mdmAssetId')::uuid) stored,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id),
      constraint policies_application_asset foreign key (organization_id, asset_id) references policies_asset
    );
    create index policies_application_created on policies_application (organization_id, created_at, id);
    create index policies_application_of_asset on policies_application (organization_id, asset_id) where asset_id is not null;

    create table policies_admx_config (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      app_name text not null,
      setting_type text not null,
      file_name text not null,
      description text,
      content text not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id)
    );
    create index policies_admx_config_created on policies_admx_config (organization_id, created_at, id);
  `,
};
