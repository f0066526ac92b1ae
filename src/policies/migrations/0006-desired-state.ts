import type { Migration } from '../../database/index.ts';

export const desiredState: Migration = {
  name: 'policies/0006-desired-state',
  sql: `
    -- What devices shall have, by the hash of its content. Only ever read whole.
    create table policies_document (
      organization_id uuid not null references tenancy_organization,
      key text collate "C" not null,
      document json not null,
      primary key (organization_id, key)
    );

    -- Policies, of whatever version, that devices of one system have from the same sources, the strongest first, and what they come to
    -- now. A system that no policy can be delivered to has no document.
    create table policies_set (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      key text collate "C" not null,
      system text,
      members jsonb not null,
      document_key text collate "C",
      primary key (organization_id, id),
      constraint policies_set_document foreign key (organization_id, document_key) references policies_document
    );
    create unique index policies_set_key on policies_set (organization_id, key);
    create index policies_set_of_document on policies_set (organization_id, document_key);

    create table policies_set_member (
      organization_id uuid not null,
      policy_id uuid not null,
      set_id uuid not null,
      primary key (organization_id, policy_id, set_id),
      foreign key (organization_id, set_id) references policies_set on delete cascade
    );
    create index policies_set_member_of_set on policies_set_member (organization_id, set_id);

    create table policies_device_set (
      organization_id uuid not null,
      device_id uuid not null,
      set_id uuid not null,
      primary key (organization_id, device_id),
      foreign key (organization_id, device_id) references devices_device on delete cascade,
      foreign key (organization_id, set_id) references policies_set
    );
    create index policies_device_set_of_set on policies_device_set (organization_id, set_id, device_id);

    -- Changes that reach too many devices for the request that made them, and how far working them out has come: everything up to
    -- last_id, which is a device's or a set's, is done.
    create table policies_recalculation (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      scope jsonb not null,
      total integer not null,
      done integer not null,
      last_id uuid,
      started_by text not null,
      created_at timestamptz(3) not null,
      finished_at timestamptz(3),
      primary key (organization_id, id)
    );
    create index policies_recalculation_open on policies_recalculation (organization_id, id) where finished_at is null;
  `,
};
