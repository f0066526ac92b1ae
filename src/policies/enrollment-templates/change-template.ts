import { anyOf, brokenForeignKey, brokenUniqueConstraint, sql } from '../../database/index.ts';
import { rootSegmentId } from '../../directory/index.ts';
import { requireRevision, revised } from '../../kernel/etag.ts';
import { Fault, invalidInput } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { policiesTables } from '../tables.ts';
import { refuseWrong } from './check-template.ts';
import type { EnrollmentTemplate, TemplateContent, TemplateRule } from './template.ts';
import { selectTemplates, templateNotFound, templateOfRow } from './templates.ts';

/**
 * Creates a template. Faults: `forbidden`, `featureNotInPlan`, `alreadyExists` (name), `invalidInput` (no rule with a policy, a policy or
 * segment that the organization does not have, a placeholder or auxiliary field that is not known).
 */
export async function createTemplate(
  context: WriteContext,
  content: TemplateContent,
): Promise<EnrollmentTemplate> {
  const { db, scope, now, newId } = context;
  await refuseWrong(context, content, content);
  const template: EnrollmentTemplate = {
    ...content,
    id: newId(),
    isDefault: false,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await translated(template, async () => {
    await policiesTables(db)
      .insertInto('policies_enrollment_template')
      .values({
        organization_id: scope.organization.id,
        id: template.id,
        ...columnsOf(template),
        created_at: now,
      })
      .execute();
    await writeRules(context, template);
  });
  await audit(context, {
    action: 'windows.enrollmentTemplate.create',
    target: targetOf(template),
    before: null,
    after: template,
  });
  return template;
}

/**
 * Changes what `changes` names and leaves the rest; lists are replaced whole. PCs that enrolled before keep what they got. Faults: those of
 * `createTemplate`, `notFound`, `preconditionFailed`.
 */
export async function updateTemplate(
  context: WriteContext,
  id: Id,
  changes: Partial<TemplateContent>,
  ifMatch?: readonly number[],
): Promise<EnrollmentTemplate> {
  const { db, scope, now } = context;
  const before = await lockTemplate(context, id, ifMatch);
  const after = revised(before, changes, now);
  if (after === before) return before;
  await refuseWrong(context, after, changes);
  await translated(after, async () => {
    await policiesTables(db)
      .updateTable('policies_enrollment_template')
      .set(columnsOf(after))
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute();
    await policiesTables(db)
      .deleteFrom('policies_enrollment_template_rule')
      .where('organization_id', '=', scope.organization.id)
      .where('template_id', '=', id)
      .execute();
    await writeRules(context, after);
  });
  await audit(context, {
    action: 'windows.enrollmentTemplate.update',
    target: targetOf(after),
    before,
    after,
  });
  return after;
}

/** Removes a template, also the default one: PCs then enrol without any. Faults: `notFound`, `preconditionFailed`. */
export async function removeTemplate(
  context: WriteContext,
  id: Id,
  ifMatch?: readonly number[],
): Promise<void> {
  const { db, scope } = context;
  const before = await lockTemplate(context, id, ifMatch);
  await policiesTables(db)
    .deleteFrom('policies_enrollment_template')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'windows.enrollmentTemplate.remove',
    target: targetOf(before),
    before,
    after: null,
  });
}

/** From now on PCs enrol with this template. Faults: `invalidInput` (a template that the organization does not have). */
export async function useTemplate(context: WriteContext, id: Id): Promise<void> {
  const { db, scope } = context;
  const template = await lockTemplate(context, id).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== 'notFound') throw error;
    const message = `'${hexOfId(id)}' is not an enrolment template of this organization`;
    throw invalidInput([{ path: 'elementId', message }]);
  });
  if (template.isDefault) return;
  const organizationId = scope.organization.id;
  const former = await policiesTables(db)
    .selectFrom('policies_default_enrollment_template')
    .select('template_id')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  await policiesTables(db)
    .insertInto('policies_default_enrollment_template')
    .values({ organization_id: organizationId, template_id: id })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet({ template_id: id }))
    .execute();
  await audit(context, {
    action: 'windows.enrollmentTemplate.use',
    target: targetOf(template),
    before: { defaultTemplateId: former?.template_id ?? null },
    after: { defaultTemplateId: id },
  });
}

/** Takes a policy from the templates that give it. A rule may be left without any. */
export async function takeFromTemplates({ db, scope, now }: WriteContext, policyId: Id): Promise<Id[]> {
  const rows = await policiesTables(db)
    .deleteFrom('policies_enrollment_template_policy')
    .where('organization_id', '=', scope.organization.id)
    .where('policy_id', '=', policyId)
    .returning('template_id')
    .execute();
  const ids = [...new Set(rows.map((row) => row.template_id))];
  await policiesTables(db)
    .updateTable('policies_enrollment_template')
    .set({ revision: sql<number>`revision + 1`, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', anyOf(ids))
    .execute();
  return ids;
}

async function lockTemplate(
  { db, scope }: WriteContext,
  id: Id,
  ifMatch?: readonly number[],
): Promise<EnrollmentTemplate> {
  const row = await selectTemplates(db)
    .where('template.organization_id', '=', scope.organization.id)
    .where('template.id', '=', id)
    .forUpdate('template')
    .executeTakeFirst();
  if (!row) throw templateNotFound(id);
  requireRevision(ifMatch, row.revision);
  return templateOfRow(row);
}

async function writeRules({ db, scope }: WriteContext, { id, rules }: EnrollmentTemplate): Promise<void> {
  if (rules.length === 0) return;
  const ofTemplate = { organization_id: scope.organization.id, template_id: id };
  await policiesTables(db)
    .insertInto('policies_enrollment_template_rule')
    .values(
      rules.map((rule, position) => ({
        ...ofTemplate,
        position,
        name: rule.name,
        display_name_pattern: rule.displayNamePattern,
        tags: [...rule.tags],
        conditions: JSON.stringify(rule.conditions),
        segment_id: columnOfSegment(rule.segment),
      })),
    )
    .execute();
  const given = rules.flatMap((rule, position) => policiesOf(rule, { ...ofTemplate, rule: position }));
  if (given.length === 0) return;
  await policiesTables(db).insertInto('policies_enrollment_template_policy').values(given).execute();
}

/** The primary one has the position 0, whether there is one or not. */
function policiesOf<OfRule extends object>({ primaryPolicyId, direct }: TemplateRule, ofRule: OfRule) {
  const primary = { ...ofRule, position: 0, kind: 'primary' as const, priority: null };
  return [
    ...(primaryPolicyId ? [{ ...primary, policy_id: primaryPolicyId }] : []),
    ...direct.map(({ policyId, priority }, index) => ({
      ...ofRule,
      position: index + 1,
      kind: 'direct' as const,
      policy_id: policyId,
      priority,
    })),
  ];
}

/** Runs the writes of a template; what a constraint refuses becomes a fault. */
async function translated({ name }: EnrollmentTemplate, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (brokenUniqueConstraint(error) === 'policies_enrollment_template_name') {
      throw new Fault('alreadyExists', `An enrolment template named '${name}' exists already.`, {
        violations: [{ path: 'name', message: `'${name}' is another enrolment template's already` }],
      });
    }
    const constraint = brokenForeignKey(error);
    if (constraint === undefined) throw error;
    const what = constraint === 'policies_enrollment_template_policy_policy' ? 'policies' : 'segments';
    throw new Fault('invalidInput', `One of the ${what} was removed by somebody else just now.`, {
      cause: error,
    });
  }
}

function targetOf({ id, name }: EnrollmentTemplate) {
  return { type: 'enrollmentTemplate', id, name };
}

function columnsOf(template: EnrollmentTemplate) {
  return {
    name: template.name,
    description: template.description,
    auxiliary_fields: JSON.stringify(template.auxiliaryFields),
    login_provider_types: [...template.loginProviderTypes],
    allow_auto_continue: template.allowAutoContinue,
    segment_id: columnOfSegment(template.segment),
    revision: template.revision,
    updated_at: template.updatedAt,
  };
}

function columnOfSegment(segment: number): number | null {
  return segment === rootSegmentId ? null : segment;
}
