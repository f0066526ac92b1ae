import { sql } from '../database/index.ts';
import { removeGroup as removeGroupItself, requireGroup } from '../directory/index.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { counted, namedAtMost } from './policy.ts';
import { policiesTables } from './tables.ts';

/**
 * Removes a group that no policy is assigned to; its members stay. Faults: `notFound`, `preconditionFailed`, `inUse` with the names of the
 * policies.
 */
export async function removeGroup(context: WriteContext, id: Id, ifMatch?: readonly number[]): Promise<void> {
  const { db, scope } = context;
  const rows = await policiesTables(db)
    .selectFrom('policies_target as target')
    .innerJoin('policies_policy as policy', (join) =>
      join
        .onRef('policy.organization_id', '=', 'target.organization_id')
        .onRef('policy.id', '=', 'target.policy_id'),
    )
    .select(['policy.name', sql<number>`count(*) over ()`.as('total')])
    .where('target.organization_id', '=', scope.organization.id)
    .where(sql<boolean>`target.group_id = ${id}`)
    .orderBy('policy.id')
    .limit(namedAtMost)
    .execute();
  const [first] = rows;
  if (first) {
    const { displayName } = await requireGroup(context, id);
    const names = rows.map(({ name }) => name);
    const policies = counted(first.total, ['policy', 'policies'], names);
    throw new Fault('inUse', `The group '${displayName}' is assigned ${policies}. Take it from them first.`);
  }
  await removeGroupItself(context, id, ifMatch);
}
