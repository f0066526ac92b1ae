import { sql } from '../../database/index.ts';
import { firstIdAt } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';

/** Removes at most `limit` of the events from before a moment, the oldest first; how many it removed. */
export async function removeOldEvents(
  { db, scope }: WriteContext,
  before: Date,
  limit: number,
): Promise<number> {
  const organizationId = scope.organization.id;
  // Ids are in the order of time.
  const { numAffectedRows } = await sql`
    delete from devices_event where organization_id = ${organizationId} and id in (
      select id from devices_event where organization_id = ${organizationId} and id < ${firstIdAt(before)}
      order by id limit ${limit})`.execute(db.connection);
  return Number(numAffectedRows);
}
