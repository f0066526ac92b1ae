import type { Migration } from '../../../database/index.ts';

export const enrollmentChanges: Migration = {
  name: 'devices/0010-enrollment-changes',
  sql: `
    alter table devices_enrollment add column revision integer not null default 1;
    alter table devices_enrollment alter column revision drop default;
    alter table devices_enrollment add column updated_at timestamptz(3);
    update devices_enrollment set updated_at = coalesce(removed_at, created_at);
    alter table devices_enrollment alter column updated_at set not null;
  `,
};
