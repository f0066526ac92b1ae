import type { Migration } from '../../../database/index.ts';

export const windowsEnrollment: Migration = {
  name: 'devices/0014-windows-enrollment',
  sql: `
    create table devices_windows_enrollment (
      organization_id uuid primary key references tenancy_organization,
      auth_policy text not null check (auth_policy in ('OnPremise', 'Federated')),
      entra jsonb,
      entra_enrollment_id uuid,
      constraint devices_windows_enrollment_entra check ((entra is null) = (entra_enrollment_id is null)),
      foreign key (organization_id, entra_enrollment_id) references devices_enrollment
    );
  `,
};
