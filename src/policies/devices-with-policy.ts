import { sql } from '../database/index.ts';
import { idsOfAudience, loadAudiences } from '../devices/audiences/index.ts';
import type { IdQuery } from '../devices/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import { idsOfDevicesAssigned } from './assignments.ts';
import { policiesTables } from './tables.ts';

/** The query for the ids of the devices that have a policy, by an administrator or by a rule, to filter lists of devices by. */
export async function idsOfDevicesWithPolicy(context: ReadContext, policyId: Id): Promise<IdQuery> {
  const { db, scope } = context;
  const organizationId = scope.organization.id;
  const given = await policiesTables(db)
    .selectFrom('policies_rule_policy as action')
    .innerJoin('policies_rule as rule', (join) =>
      join
        .onRef('rule.organization_id', '=', 'action.organization_id')
        .onRef('rule.id', '=', 'action.rule_id'),
    )
    .innerJoin('policies_rule_audience as audience', (join) =>
      join
        .onRef('audience.organization_id', '=', 'rule.organization_id')
        .onRef('audience.rule_id', '=', 'rule.id'),
    )
    .select(['audience.audience_id as id', 'action.platform'])
    .distinct()
    .where('action.organization_id', '=', organizationId)
    .where('action.policy_id', '=', policyId)
    .where('rule.enabled', '=', true)
    .execute();
  const audiences = await loadAudiences(
    db,
    given.map(({ id }) => ({ organizationId, id })),
  );
  const byRules = audiences.flatMap((audience, index) =>
    audience ? idsOfAudience(context, audience.selectors, given[index]!.platform) : [],
  );
  return sql<Id>`${sql.join([idsOfDevicesAssigned(context, policyId), ...byRules], sql` union all `)}`;
}
