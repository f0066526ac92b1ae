import { brokenForeignKey, brokenUniqueConstraint } from '../database/index.ts';
import { loadAudiences } from '../devices/audiences/index.ts';
import type { Platform } from '../devices/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { Fault, invalidInput, type Violation } from '../kernel/fault.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { audit, requireFeature, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import type { AutomationRule, RuleAction, RuleContent } from './automation-rule.ts';
import { ruleNotFound, ruleOfRow, selectRules } from './automation-rules.ts';
import { policiesByIds } from './policies.ts';
import { largestPriority } from './engine/index.ts';
import type { PolicyFamily } from './policy.ts';
import { platformOfKind, policyFamilies } from './policy-families.ts';
import { policiesTables } from './tables.ts';

/**
 * Creates a rule. Faults: `featureNotInPlan`, `alreadyExists` (name), `invalidInput` (no audience or action, one that is named twice, an
 * audience or policy that the organization does not have, a policy of another platform, a priority out of range).
 */
export async function createRule(context: WriteContext, content: RuleContent): Promise<AutomationRule> {
  const { db, scope, now, newId } = context;
  requireFeature(scope, 'automationRules');
  await refuseWrong(context, content, content);
  const rule: AutomationRule = {
    id: newId(),
    ...content,
    actions: givenActions(content.actions, [], now),
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await translated(rule, async () => {
    await policiesTables(db)
      .insertInto('policies_rule')
      .values({
        organization_id: scope.organization.id,
        id: rule.id,
        ...columnsOf(rule),
        revision: rule.revision,
        created_at: now,
        updated_at: now,
      })
      .execute();
    await writeParts(context, rule);
  });
  touchPolicies(context, rule);
  await audit(context, {
    action: 'automationRule.create',
    target: targetOf(rule),
    before: null,
    after: rule,
  });
  return rule;
}

/**
 * Changes what `changes` names and leaves the rest; lists are replaced whole, and a policy that stays keeps the moment since which it is
 * given. Faults: those of `createRule`, `notFound`, `preconditionFailed`.
 */
export async function updateRule(
  context: WriteContext,
  id: Id,
  changes: Partial<RuleContent>,
  ifMatch?: readonly number[],
): Promise<AutomationRule> {
  const { db, scope, now } = context;
  requireFeature(scope, 'automationRules');
  const before = await lockRule(context, id, ifMatch);
  const { actions, ...rest } = changes;
  const after = revised(
    before,
    { ...rest, ...(actions && { actions: givenActions(actions, before.actions, now) }) },
    now,
  );
  if (after === before) return before;
  await refuseWrong(context, after, changes);
  await translated(after, async () => {
    await policiesTables(db)
      .updateTable('policies_rule')
      .set({ ...columnsOf(after), revision: after.revision, updated_at: now })
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute();
    await removeParts(context, id);
    await writeParts(context, after);
  });
  touchPolicies(context, before);
  touchPolicies(context, after);
  await audit(context, { action: 'automationRule.update', target: targetOf(after), before, after });
  return after;
}

/** Removes a rule; with it goes what it gave. Faults: `notFound`, `preconditionFailed`. */
export async function removeRule(context: WriteContext, id: Id, ifMatch?: readonly number[]): Promise<void> {
  const { db, scope } = context;
  const before = await lockRule(context, id, ifMatch);
  await policiesTables(db)
    .deleteFrom('policies_rule')
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  touchPolicies(context, before);
  await audit(context, { action: 'automationRule.remove', target: targetOf(before), before, after: null });
}

function touchPolicies({ touched }: WriteContext, { actions }: AutomationRule): void {
  for (const { policyId } of actions) touched.assignments.add(policyId);
}

async function lockRule(
  { db, scope }: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<AutomationRule> {
  const row = await selectRules(db)
    .where('rule.organization_id', '=', scope.organization.id)
    .where('rule.id', '=', id)
    .forUpdate('rule')
    .executeTakeFirst();
  if (!row) throw ruleNotFound(id);
  requireRevision(ifMatch, row.revision);
  return ruleOfRow(row);
}

/** What is given already keeps the moment since which it is. */
function givenActions(
  actions: readonly RuleAction[],
  stored: AutomationRule['actions'],
  now: Date,
): AutomationRule['actions'] {
  const since = new Map(stored.map(({ policyId, assignedAt }) => [policyId, assignedAt]));
  return actions.map(({ platform, policyId, priority }) => ({
    platform,
    policyId,
    priority,
    assignedAt: since.get(policyId) ?? now,
  }));
}

/** A rule whose policies were deleted by force may stay without any, but none may be made so. */
async function refuseWrong(
  context: ReadContext,
  { audienceIds, actions }: RuleContent,
  changes: Partial<RuleContent>,
): Promise<void> {
  const violations: Violation[] = [
    ...(audienceIds.length === 0
      ? [{ path: 'deviceAudiences', message: 'needs at least one audience' }]
      : []),
    ...(changes.actions?.length === 0 ? [{ path: 'actions', message: 'needs at least one action' }] : []),
    ...(await violationsOfAudiences(context, audienceIds)),
    ...(await violationsOfActions(context, actions)),
  ];
  if (violations.length > 0) throw invalidInput(violations);
}

async function violationsOfAudiences(
  { db, scope }: ReadContext,
  audienceIds: readonly Id[],
): Promise<Violation[]> {
  const organizationId = scope.organization.id;
  const audiences = await loadAudiences(
    db,
    audienceIds.map((id) => ({ organizationId, id })),
  );
  return audienceIds.flatMap((id, index) => {
    const path = `deviceAudiences[${index}]`;
    const earlier = audienceIds.indexOf(id);
    if (!audiences[index]) {
      return { path, message: `'${hexOfId(id)}' is not a device audience of this organization` };
    }
    return earlier < index
      ? { path, message: `'${hexOfId(id)}' is named by deviceAudiences[${earlier}] already` }
      : [];
  });
}

async function platformsOfPolicies(
  context: ReadContext,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, Platform>> {
  const ofFamilies = await Promise.all(
    policyFamilies.map((family: PolicyFamily<object>) => policiesByIds(context, family, ids)),
  );
  return new Map(
    ofFamilies.flatMap((found) => [...found].map(([id, { kind }]) => [id, platformOfKind(kind)] as const)),
  );
}

async function violationsOfActions(
  context: ReadContext,
  actions: readonly RuleAction[],
): Promise<Violation[]> {
  const ids = actions.map(({ policyId }) => policyId);
  const platforms = await platformsOfPolicies(context, ids);
  return actions.flatMap(({ platform, policyId, priority }, index) => {
    const path = `actions[${index}]`;
    const earlier = ids.indexOf(policyId);
    const found: Violation[] = [];
    const of = platforms.get(policyId);
    if (of !== platform) {
      const message = of
        ? `'${hexOfId(policyId)}' is a policy for the platform ${of}, not ${platform}`
        : `'${hexOfId(policyId)}' is not a policy of this organization`;
      found.push({ path: `${path}.policyId`, message });
    } else if (earlier < index) {
      const message = `'${hexOfId(policyId)}' is given by actions[${earlier}] already`;
      found.push({ path: `${path}.policyId`, message });
    }
    if (!Number.isInteger(priority) || priority < 0 || priority > largestPriority) {
      const message = `must be an integer from 0 to ${largestPriority}`;
      found.push({ path: `${path}.priority`, message });
    }
    return found;
  });
}

async function removeParts({ db, scope }: WriteContext, ruleId: Id): Promise<void> {
  for (const table of ['policies_rule_audience', 'policies_rule_policy'] as const) {
    await policiesTables(db)
      .deleteFrom(table)
      .where('organization_id', '=', scope.organization.id)
      .where('rule_id', '=', ruleId)
      .execute();
  }
}

async function writeParts(
  { db, scope }: WriteContext,
  { id, audienceIds, actions }: AutomationRule,
): Promise<void> {
  const ofRule = { organization_id: scope.organization.id, rule_id: id };
  await policiesTables(db)
    .insertInto('policies_rule_audience')
    .values(audienceIds.map((audience, position) => ({ ...ofRule, audience_id: audience, position })))
    .execute();
  if (actions.length === 0) return;
  await policiesTables(db)
    .insertInto('policies_rule_policy')
    .values(
      actions.map(({ platform, policyId, priority, assignedAt }, position) => ({
        ...ofRule,
        policy_id: policyId,
        position,
        platform,
        priority,
        assigned_at: assignedAt,
      })),
    )
    .execute();
}

/** Runs the writes of a rule; what a constraint refuses becomes a fault. */
async function translated({ name }: AutomationRule, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (brokenUniqueConstraint(error) === 'policies_rule_name') {
      throw new Fault('alreadyExists', `An automation rule named '${name}' exists already.`, {
        violations: [{ path: 'name', message: `'${name}' is another automation rule's already` }],
      });
    }
    const constraint = brokenForeignKey(error);
    if (constraint === undefined) throw error;
    const what = constraint === 'policies_rule_policy_policy' ? 'policies' : 'audiences';
    throw new Fault('invalidInput', `One of the ${what} was removed by somebody else just now.`, {
      cause: error,
    });
  }
}

function targetOf({ id, name }: AutomationRule) {
  return { type: 'automationRule', id, name };
}

function columnsOf({ name, description, enabled }: RuleContent) {
  return { name, description, enabled };
}
