import type { Migration } from '../../../database/index.ts';

export const certificateAuthority: Migration = {
  name: 'devices/0006-certificate-authority',
  sql: `
    create table devices_certificate_authority (
      organization_id uuid primary key references tenancy_organization,
      certificate bytea not null,
      private_key bytea not null,
      created_at timestamptz(3) not null
    );

    create table devices_certificate (
      organization_id uuid not null references devices_certificate_authority,
      serial_number text not null,
      certificate bytea not null,
      fingerprint bytea not null,
      key_fingerprint bytea not null,
      common_name text not null,
      not_before timestamptz(3) not null,
      not_after timestamptz(3) not null,
      enrollment_id uuid not null,
      challenge_hash bytea,
      renews text,
      revoked_at timestamptz(3),
      created_at timestamptz(3) not null,
      primary key (organization_id, serial_number),
      constraint devices_certificate_origin check ((challenge_hash is null) <> (renews is null)),
      constraint devices_certificate_fingerprint unique (organization_id, fingerprint),
      constraint devices_certificate_challenge unique (organization_id, challenge_hash),
      constraint devices_certificate_renewal unique (organization_id, renews, key_fingerprint),
      foreign key (organization_id, enrollment_id) references devices_enrollment,
      foreign key (organization_id, renews) references devices_certificate
    );
    create index devices_certificate_of_enrollment on devices_certificate (organization_id, enrollment_id);
  `,
};
