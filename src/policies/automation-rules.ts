import { contains, listPage, sql, type Listed, type Page, type Reader } from '../database/index.ts';
import { notFound, type Fault } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { AutomationRule, RuleAction } from './automation-rule.ts';
import { countedRows, namedAtMost } from './policy.ts';
import { policiesTables, type RuleRow } from './tables.ts';

type Row = RuleRow & {
  audience_ids: Id[];
  actions: (RuleAction & { assignedAt: string })[];
};

/** Rules of any organization with their audiences and actions, in the order in which they were given. */
export function selectRules(reader: Reader) {
  return policiesTables(reader)
    .selectFrom('policies_rule as rule')
    .selectAll('rule')
    .select([
      sql<Id[]>`array(
        select audience_id from policies_rule_audience audience
        where audience.organization_id = rule.organization_id and audience.rule_id = rule.id
        order by position)`.as('audience_ids'),
      sql<Row['actions']>`(
        select coalesce(jsonb_agg(jsonb_build_object(
          'platform', platform, 'policyId', policy_id, 'priority', priority, 'assignedAt', assigned_at) order by position), '[]')
        from policies_rule_policy action
        where action.organization_id = rule.organization_id and action.rule_id = rule.id)`.as('actions'),
    ]);
}

export function ruleOfRow(row: Row): AutomationRule {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    audienceIds: row.audience_ids,
    actions: row.actions.map((action) => ({ ...action, assignedAt: new Date(action.assignedAt) })),
    enabled: row.enabled,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Faults: `notFound`. */
export async function requireRule({ db, scope }: ReadContext, id: Id): Promise<AutomationRule> {
  const row = await selectRules(db)
    .where('rule.organization_id', '=', scope.organization.id)
    .where('rule.id', '=', id)
    .executeTakeFirst();
  if (!row) throw ruleNotFound(id);
  return ruleOfRow(row);
}

export function ruleNotFound(id: Id): Fault {
  return notFound('Automation rule', hexOfId(id));
}

/** The first sorts when nothing else is asked for. */
export const ruleSortFields = ['createdAt', 'updatedAt', 'name'] as const;
type RuleSortField = (typeof ruleSortFields)[number];

const sortColumns = {
  createdAt: sql.ref('rule.created_at'),
  updatedAt: sql.ref('rule.updated_at'),
  name: sql`lower(rule.name)`,
} as const satisfies Record<RuleSortField, unknown>;

/** The rules whose name or description contains the text `search`, without regard to case. */
export async function listRules(
  { db, scope }: ReadContext,
  { search }: { search?: string | undefined },
  page: Page<RuleSortField>,
): Promise<Listed<AutomationRule>> {
  let matching = selectRules(db).where('rule.organization_id', '=', scope.organization.id);
  if (search !== undefined) {
    matching = matching.where((where) =>
      where.or([contains('rule.name', search), contains('rule.description', search)]),
    );
  }
  const { items, total } = await listPage(matching, sortColumns, page);
  return { items: items.map(ruleOfRow), total };
}

/** The rules that have an audience or give a policy, enabled or not, such as `2 automation rules ('a', 'b')`; undefined without any. */
export async function rulesUsing(
  { db, scope }: ReadContext,
  used: { readonly audienceId: Id } | { readonly policyId: Id },
): Promise<string | undefined> {
  const organizationId = scope.organization.id;
  const ruleIds =
    'policyId' in used
      ? sql<Id>`select rule_id from policies_rule_policy where organization_id = ${organizationId} and policy_id = ${used.policyId}`
      : sql<Id>`select rule_id from policies_rule_audience where organization_id = ${organizationId} and audience_id = ${used.audienceId}`;
  const rows = await policiesTables(db)
    .selectFrom('policies_rule')
    .select(['name', sql<number>`count(*) over ()`.as('total')])
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`id in (${ruleIds})`)
    .orderBy('id')
    .limit(namedAtMost)
    .execute();
  return countedRows(rows, ['automation rule', 'automation rules']);
}
