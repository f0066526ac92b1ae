import type { Migration } from '../../../database/index.ts';

export const certificateRoot: Migration = {
  name: 'devices/0012-certificate-root',
  // The third origin of a certificate, besides a challenge and another certificate: a device that showed the secret of its enrolment itself.
  // A PC that renews its certificate says with it alone whose it is.
  sql: `
    create table devices_certificate_root (
      organization_id uuid primary key references devices_certificate_authority,
      certificate bytea not null,
      private_key bytea not null,
      intermediate bytea not null,
      created_at timestamptz(3) not null
    );
    create index devices_certificate_of_fingerprint on devices_certificate (fingerprint);
    alter table devices_certificate drop constraint devices_certificate_origin;
    alter table devices_certificate add constraint devices_certificate_origin check (challenge_hash is null or renews is null);
  `,
};
