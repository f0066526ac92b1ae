import type { Migration } from '../../../database/index.ts';

export const agents: Migration = {
  name: 'devices/0020-agents',
  sql: `
    create table devices_agent (
      organization_id uuid not null,
      id uuid not null,
      device_id uuid not null,
      token_hash bytea not null,
      version text,
      os text,
      created_at timestamptz(3) not null,
      created_by text not null,
      last_seen_at timestamptz(3),
      revoked_at timestamptz(3),
      told_configuration jsonb,
      configuration_confirmed boolean not null,
      primary key (organization_id, id),
      foreign key (organization_id, device_id) references devices_device
    ) with (fillfactor = 80);
    -- Whose a token is is not known before it is found.
    create unique index devices_agent_token on devices_agent (token_hash);
    create unique index devices_agent_current on devices_agent (organization_id, device_id) where revoked_at is null;
    create index devices_agent_of_device on devices_agent (organization_id, device_id, id);

    create table devices_agent_report (
      organization_id uuid not null,
      device_id uuid not null,
      kind text not null check (kind in ('location', 'networkStatus')),
      id uuid not null,
      at timestamptz(3) not null,
      reported_at timestamptz(3) not null,
      content jsonb not null,
      primary key (organization_id, device_id, kind, id),
      foreign key (organization_id, device_id) references devices_device
    );
  `,
};
