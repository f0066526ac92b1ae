import type { Migration } from '../../database/index.ts';

export const partners: Migration = {
  name: 'compliance/0002-partners',
  sql: `
    create table compliance_partner (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      display_name text,
      partner_state text not null,
      last_heartbeat_at timestamptz(3),
      mac_os_onboarded boolean not null,
      android_onboarded boolean not null,
      ios_onboarded boolean not null,
      linux_onboarded boolean not null,
      mac_os_enrollment_assignments jsonb not null,
      android_enrollment_assignments jsonb not null,
      ios_enrollment_assignments jsonb not null,
      linux_enrollment_assignments jsonb not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id)
    );
  `,
};
