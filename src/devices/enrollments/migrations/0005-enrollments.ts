import type { Migration } from '../../../database/index.ts';

export const enrollments: Migration = {
  name: 'devices/0005-enrollments',
  // A code alone says which organization it belongs to, so its hash is unique among all of them.
  sql: `
    create table devices_enrollment (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      platform text not null check (platform in ('windows', 'apple')),
      code_hash bytea not null,
      code bytea,
      display_name text,
      max_uses integer check (max_uses > 0),
      uses integer not null check (uses >= 0),
      expires_at timestamptz(3),
      tags text[] not null,
      user_id uuid,
      segment_id integer,
      created_at timestamptz(3) not null,
      removed_at timestamptz(3),
      primary key (organization_id, id),
      constraint devices_enrollment_uses check (uses <= max_uses),
      constraint devices_enrollment_code unique (code_hash),
      constraint devices_enrollment_user foreign key (organization_id, user_id) references directory_user,
      constraint devices_enrollment_segment foreign key (organization_id, segment_id) references directory_segment
    );
    create index devices_enrollment_of_user on devices_enrollment (organization_id, user_id) where user_id is not null;
    create index devices_enrollment_of_segment on devices_enrollment (organization_id, segment_id) where segment_id is not null;
  `,
};
