import { contains, listPage, sql, type Listed, type Page, type Reader } from '../../database/index.ts';
import { notFound, type Fault } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { countedRows, namedAtMost } from '../policy.ts';
import { policiesTables, type EnrollmentTemplateRow } from '../tables.ts';
import type { EnrollmentTemplate, TemplateRule } from './template.ts';

type Row = EnrollmentTemplateRow & { rules: TemplateRule[]; is_default: boolean };

/** Templates of any organization with their rules. */
export function selectTemplates(reader: Reader) {
  return policiesTables(reader)
    .selectFrom('policies_enrollment_template as template')
    .selectAll('template')
    .select([
      sql<boolean>`exists (
        select from policies_default_enrollment_template used
        where used.organization_id = template.organization_id and used.template_id = template.id)`.as(
        'is_default',
      ),
      sql<TemplateRule[]>`(
        select coalesce(jsonb_agg(jsonb_build_object(
          'name', rule.name,
          'displayNamePattern', rule.display_name_pattern,
          'tags', to_jsonb(rule.tags),
          'conditions', rule.conditions,
          'primaryPolicyId', (
            select policy_id from policies_enrollment_template_policy given
            where given.organization_id = rule.organization_id and given.template_id = rule.template_id
              and given.rule = rule.position and kind = 'primary'),
          'direct', (
            select coalesce(jsonb_agg(jsonb_build_object('policyId', policy_id, 'priority', priority) order by given.position), '[]')
            from policies_enrollment_template_policy given
            where given.organization_id = rule.organization_id and given.template_id = rule.template_id
              and given.rule = rule.position and kind = 'direct'),
          'segment', coalesce(rule.segment_id, 0)) order by rule.position), '[]')
        from policies_enrollment_template_rule rule
        where rule.organization_id = template.organization_id and rule.template_id = template.id)`.as(
        'rules',
      ),
    ]);
}

export function templateOfRow(row: Row): EnrollmentTemplate {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    rules: row.rules,
    auxiliaryFields: row.auxiliary_fields,
    loginProviderTypes: row.login_provider_types,
    allowAutoContinue: row.allow_auto_continue,
    segment: row.segment_id ?? 0,
    isDefault: row.is_default,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function findTemplate(
  { db, scope }: ReadContext,
  id: Id,
): Promise<EnrollmentTemplate | undefined> {
  const row = await selectTemplates(db)
    .where('template.organization_id', '=', scope.organization.id)
    .where('template.id', '=', id)
    .executeTakeFirst();
  return row && templateOfRow(row);
}

/** Faults: `notFound`. */
export async function requireTemplate(context: ReadContext, id: Id): Promise<EnrollmentTemplate> {
  const template = await findTemplate(context, id);
  if (!template) throw templateNotFound(id);
  return template;
}

export function templateNotFound(id: Id): Fault {
  return notFound('Enrolment template', hexOfId(id));
}

/** The first sorts when nothing else is asked for. */
export const templateSortFields = ['createdAt', 'updatedAt', 'name'] as const;
type TemplateSortField = (typeof templateSortFields)[number];

const sortColumns = {
  createdAt: sql.ref('template.created_at'),
  updatedAt: sql.ref('template.updated_at'),
  name: sql`lower(template.name)`,
} as const satisfies Record<TemplateSortField, unknown>;

export interface TemplateFilter {
  /** Part of the name, without regard to case. */
  readonly name?: string | undefined;
  /** Templates of one of these segments. */
  readonly segments?: readonly number[] | undefined;
}

export async function listTemplates(
  { db, scope }: ReadContext,
  { name, segments }: TemplateFilter,
  page: Page<TemplateSortField>,
): Promise<Listed<EnrollmentTemplate>> {
  let matching = selectTemplates(db).where('template.organization_id', '=', scope.organization.id);
  if (name !== undefined) matching = matching.where(contains('template.name', name));
  if (segments !== undefined) {
    matching = matching.where(sql<boolean>`coalesce(template.segment_id, 0) = any(${segments}::integer[])`);
  }
  const { items, total } = await listPage(matching, sortColumns, page);
  return { items: items.map(templateOfRow), total };
}

/** The templates that give a policy, such as `1 enrolment template ('a')`; undefined without any. */
export async function templatesGiving({ db, scope }: ReadContext, policyId: Id): Promise<string | undefined> {
  const organizationId = scope.organization.id;
  const giving = sql<Id>`
    select template_id from policies_enrollment_template_policy
    where organization_id = ${organizationId} and policy_id = ${policyId}`;
  const rows = await policiesTables(db)
    .selectFrom('policies_enrollment_template')
    .select(['name', sql<number>`count(*) over ()`.as('total')])
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`id in (${giving})`)
    .orderBy('id')
    .limit(namedAtMost)
    .execute();
  return countedRows(rows, ['enrolment template', 'enrolment templates']);
}
