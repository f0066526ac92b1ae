import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { Audience } from './audiences.ts';
import { idsOfAudience, type AudienceSources } from './ids-of-audience.ts';

/** So many audiences are looked at in one statement. */
const audiencesAtOnce = 50;

const among: AudienceSources = { devices: sql.table('candidate'), users: sql.table('candidate_user') };

/**
 * For each audience, which of these devices belong to it; those without any are left out. What is not among these devices is not looked
 * at, however many there are.
 */
export async function membersAmong(
  context: ReadContext,
  audiences: readonly Audience[],
  devices: readonly Id[],
): Promise<Map<Id, Set<Id>>> {
  const organizationId = context.scope.organization.id;
  const members = new Map<Id, Set<Id>>();
  for (let start = 0; start < audiences.length; start += audiencesAtOnce) {
    const parts = audiences.slice(start, start + audiencesAtOnce).map(
      ({ id, selectors }) => sql`select ${id}::uuid as audience, member.id as device
        from (${idsOfAudience(context, selectors, undefined, among)}) member`,
    );
    const { rows } = await sql<{ audience: Id; device: Id }>`
      with candidate as materialized (
        select organization_id, id, platform, state, tags, user_id, serial_number from devices_device
        where organization_id = ${organizationId} and id = any(${devices}::uuid[])),
      candidate_user as materialized (
        select organization_id, id, tags, metadata from directory_user
        where organization_id = ${organizationId} and id in (select user_id from candidate))
      ${sql.join(parts, sql` union all `)}`.execute(context.db.connection);
    for (const { audience, device } of rows) {
      const found = members.get(audience);
      if (found) found.add(device);
      else members.set(audience, new Set([device]));
    }
  }
  return members;
}
