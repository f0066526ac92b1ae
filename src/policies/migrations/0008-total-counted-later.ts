import type { Migration } from '../../database/index.ts';

export const totalCountedLater: Migration = {
  name: 'policies/0008-total-counted-later',
  sql: `
    -- Null until the job has counted.
    alter table policies_recalculation alter column total drop not null;
  `,
};
