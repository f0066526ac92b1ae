import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { Audience } from './audiences.ts';
import { candidates } from './candidates.ts';
import { idsOfAudience } from './ids-of-audience.ts';

/** So many audiences are looked at in one statement. */
const audiencesAtOnce = 50;

/** For each audience, which of these devices belong to it; those without any are left out. */
export async function membersAmong(
  context: ReadContext,
  audiences: readonly Audience[],
  devices: readonly Id[],
): Promise<Map<Id, Set<Id>>> {
  const { definition, sources } = candidates(context, sql`id = any(${devices}::uuid[])`);
  const members = new Map<Id, Set<Id>>();
  for (let start = 0; start < audiences.length; start += audiencesAtOnce) {
    const parts = audiences.slice(start, start + audiencesAtOnce).map(
      ({ id, selectors }) => sql`select ${id}::uuid as audience, member.id as device
        from (${idsOfAudience(context, selectors, undefined, sources)}) member`,
    );
    const { rows } = await sql<{ audience: Id; device: Id }>`
      ${definition} ${sql.join(parts, sql` union all `)}`.execute(context.db.connection);
    for (const { audience, device } of rows) {
      const found = members.get(audience);
      if (found) found.add(device);
      else members.set(audience, new Set([device]));
    }
  }
  return members;
}
