import type { Migration } from '../../../database/index.ts';

export const cspVersions: Migration = {
  name: 'policies/0011-csp-versions',
  sql: `
    -- The nodes of Windows' configuration service providers as Microsoft's DDF files have them, one row for each import. They are of Windows
    -- and not of an organization. Where none is in use, what Muster brings counts alone. A number is never given twice.
    create table policies_csp_version (
      number integer generated always as identity primary key,
      file_name text not null,
      sha256 text not null,
      leaves integer not null,
      nodes json not null,
      imported_at timestamptz(3) not null,
      in_use boolean not null
    );
    create unique index policies_csp_version_in_use on policies_csp_version (in_use) where in_use;
  `,
};
