import type { Migration } from '../../../database/index.ts';

export const dmAccounts: Migration = {
  name: 'devices/0011-dm-accounts',
  // A PC that enrols anew while its old account is still open, because nobody told the server, closes the old one.
  sql: `
    create table devices_dm_account (
      organization_id uuid not null,
      device_id uuid not null,
      dm_device_id text not null,
      hardware_id text,
      kind text not null check (kind in ('user', 'device')),
      state text not null check (state in ('enrolled', 'ended')),
      enrollment_id uuid not null,
      user_principal_name text,
      certificate_fingerprint bytea not null,
      credential bytea not null,
      nonce bytea not null,
      session jsonb,
      session_at timestamptz(3),
      enrolled_at timestamptz(3) not null,
      ended_at timestamptz(3),
      last_seen_at timestamptz(3),
      report_due_at timestamptz(3) not null,
      primary key (organization_id, device_id),
      foreign key (organization_id, device_id) references devices_device,
      foreign key (organization_id, enrollment_id) references devices_enrollment,
      foreign key (organization_id, certificate_fingerprint) references devices_certificate (organization_id, fingerprint),
      constraint devices_dm_account_certificate unique (organization_id, certificate_fingerprint)
    );
    create unique index devices_dm_account_of_pc on devices_dm_account (organization_id, dm_device_id) where state = 'enrolled';
  `,
};
