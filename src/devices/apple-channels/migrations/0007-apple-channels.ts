import type { Migration } from '../../../database/index.ts';

export const appleChannels: Migration = {
  name: 'devices/0007-apple-channels',
  // A certificate is bound to the device that first said who it is with it, and never to another.
  sql: `
    alter table devices_certificate add column channel text;

    create table devices_apple_channel (
      organization_id uuid not null,
      id text not null,
      device_id uuid not null,
      device_channel text not null,
      kind text not null check (kind in ('device', 'user', 'sharedIPadUser', 'userEnrollment', 'userEnrollmentUser')),
      user_short_name text,
      user_long_name text,
      state text not null check (state in ('authenticated', 'enrolled', 'ended')),
      certificate_fingerprint bytea,
      topic text,
      push_magic text,
      push_token bytea,
      token_updated_at timestamptz(3),
      unlock_token bytea,
      bootstrap_token bytea,
      awaiting_configuration boolean not null,
      declarations_token text,
      authenticated_at timestamptz(3) not null,
      enrolled_at timestamptz(3),
      ended_at timestamptz(3),
      last_seen_at timestamptz(3) not null,
      report_due_at timestamptz(3) not null,
      report_part integer not null,
      woken_for text,
      woken_at timestamptz(3),
      wake_attempts integer not null,
      wake_due_at timestamptz(3),
      wake_outcome jsonb,
      primary key (organization_id, id),
      foreign key (organization_id, device_id) references devices_device,
      constraint devices_apple_channel_certificate unique (organization_id, certificate_fingerprint),
      foreign key (organization_id, certificate_fingerprint) references devices_certificate (organization_id, fingerprint),
      foreign key (organization_id, device_channel) references devices_apple_channel,
      check ((device_channel = id) = (kind in ('device', 'userEnrollment'))),
      check (state <> 'enrolled' or (topic is not null and push_magic is not null and push_token is not null))
    );
    create index devices_apple_channel_of_device on devices_apple_channel (organization_id, device_id);
    create index devices_apple_channel_wake_due on devices_apple_channel (organization_id, wake_due_at) where wake_due_at is not null;
    create index devices_apple_channel_of_channel on devices_apple_channel (organization_id, device_channel);
  `,
};
