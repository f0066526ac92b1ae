import type { Migration } from '../../database/index.ts';

export const usersSegmentsGroups: Migration = {
  name: 'directory/0001-users-segments-groups',
  sql: `
    create table directory_user (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      email text not null,
      name text,
      managed_apple_id text,
      tags text[] not null,
      language text,
      metadata jsonb not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id)
    );
    create unique index directory_user_email on directory_user (organization_id, lower(email));
    create index directory_user_created on directory_user (organization_id, created_at, id);
    create index directory_user_tags on directory_user using gin (tags);

    -- The row that whoever changes an organization's tree locks, with the largest number ever given to a segment.
    create table directory_segment_tree (
      organization_id uuid primary key references tenancy_organization,
      last_id integer not null
    );

    -- The root is no row: null stands for it in parent_id, as in every other column that names a segment.
    create table directory_segment (
      organization_id uuid not null references tenancy_organization,
      id integer not null check (id > 0),
      parent_id integer,
      name text not null,
      icon text,
      color text,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id),
      constraint directory_segment_parent
        foreign key (organization_id, parent_id) references directory_segment
    );
    create index directory_segment_children on directory_segment (organization_id, parent_id);

    create table directory_group (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      display_name text not null,
      description text,
      mail_nickname text not null,
      mail_enabled boolean not null,
      security_enabled boolean not null,
      revision integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (organization_id, id)
    );
    create index directory_group_name on directory_group (organization_id, lower(display_name), id);

    create table directory_group_user (
      organization_id uuid not null,
      group_id uuid not null,
      user_id uuid not null,
      primary key (organization_id, group_id, user_id),
      constraint directory_group_user_group
        foreign key (organization_id, group_id) references directory_group on delete cascade,
      constraint directory_group_user_user
        foreign key (organization_id, user_id) references directory_user on delete cascade
    );
    create index directory_group_user_groups on directory_group_user (organization_id, user_id);
  `,
};
