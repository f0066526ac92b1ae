import type { Migration } from '../../../database/index.ts';

export const keysAndCertificate: Migration = {
  name: 'devices/0002-push-certificate',
  sql: `
    create table devices_push_key (
      organization_id uuid not null references tenancy_organization,
      fingerprint text not null,
      number integer not null,
      private_key bytea not null,
      signing_request text not null,
      created_at timestamptz(3) not null,
      primary key (organization_id, fingerprint),
      constraint devices_push_key_number unique (organization_id, number)
    );

    create table devices_push_certificate (
      organization_id uuid primary key references tenancy_organization,
      id uuid not null,
      apple_identifier text,
      key_fingerprint text not null,
      certificate text not null,
      topic text not null,
      serial_number text not null,
      not_before timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      upload_status text,
      upload_failure_reason text,
      uploaded_at timestamptz(3) not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      foreign key (organization_id, key_fingerprint) references devices_push_key
    );
  `,
};
