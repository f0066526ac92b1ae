import type { Migration } from '../../database/index.ts';

/** To find what is meant for the groups of a device, for all devices or for all users. */
export const targetsByKey: Migration = {
  name: 'policies/0003-targets-by-key',
  sql: 'create index policies_target_by_key on policies_target (organization_id, key);',
};
