import { sql } from '../../database/index.ts';
import type { ReadContext } from '../../tenancy/index.ts';

type Part = ReturnType<typeof sql>;

/** From where the columns of devices and users that audiences look at are read. */
export interface AudienceSources {
  readonly devices: Part;
  readonly users: Part;
}

export const wholeOrganization: AudienceSources = {
  devices: sql.table('devices_device'),
  users: sql.table('directory_user'),
};

/** Some devices and their users: what is asked of these alone takes as long however many others there are. */
export interface Candidates {
  /** Stands in front of the statement that asks. */
  readonly definition: Part;
  readonly sources: AudienceSources;
}

/** The devices whose ids fulfil `condition`, which names them `id`. */
export function candidates({ scope }: ReadContext, condition: Part): Candidates {
  const organizationId = scope.organization.id;
  return {
    definition: sql`with candidate as materialized (
        select organization_id, id, platform, state, tags, user_id, serial_number from devices_device
        where organization_id = ${organizationId} and ${condition}),
      candidate_user as materialized (
        select organization_id, id, tags, metadata from directory_user
        where organization_id = ${organizationId} and id in (select user_id from candidate))`,
    sources: { devices: sql.table('candidate'), users: sql.table('candidate_user') },
  };
}
