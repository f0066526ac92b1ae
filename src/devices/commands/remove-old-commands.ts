import { sql } from '../../database/index.ts';
import { firstIdAt } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';

/**
 * Removes at most `limit` of the commands that ended before a moment, the oldest first; how many it removed. Of each type the newest that a
 * device got stays: it tells what last became of it, and the PIN of a device that was locked.
 */
export async function removeOldCommands(
  { db, scope }: WriteContext,
  before: Date,
  limit: number,
): Promise<number> {
  const organizationId = scope.organization.id;
  // Ids are in the order of time, and nothing ends before it is given.
  const { numAffectedRows } = await sql`
    delete from devices_command where organization_id = ${organizationId} and id in (
      select id from devices_command command
      where organization_id = ${organizationId} and id < ${firstIdAt(before)} and finished_at < ${before}
        and exists (
          select from devices_command newer
          where newer.organization_id = command.organization_id and newer.device_id = command.device_id
            and newer.type = command.type and newer.id > command.id)
      order by id limit ${limit})`.execute(db.connection);
  return Number(numAffectedRows);
}
