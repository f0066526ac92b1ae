import { refuseInUse, sql } from '../database/index.ts';
import { devicesByIds, nameOfDevice } from '../devices/index.ts';
import { groupsByIds } from '../directory/index.ts';
import { requireRevision } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import { parseGuidId, type Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { devicesAssigned } from './assignments.ts';
import { rulesUsing } from './automation-rules.ts';
import { targetOf } from './change-policy.ts';
import { takeFromTemplates, templatesGiving } from './enrollment-templates/index.ts';
import { enrollmentsGiving, takeFromEnrollments } from './enrollment-policies.ts';
import { policiesOf, policyNotFound } from './policies.ts';
import { counted, namedAtMost, type PolicyFamily } from './policy.ts';
import { policyOfRow } from './policy-row.ts';
import { policiesTables } from './tables.ts';
import { nameOfTarget, type PolicyTarget } from './target.ts';
import { targetsOfPolicies } from './targets.ts';

/**
 * What becomes of the uses of a policy that is removed: `refused` with all of them; `targetsGo`, as Microsoft Graph has it, refused with
 * devices and rules alone; `taken` from all that have it.
 */
type Uses = 'refused' | 'targetsGo' | 'taken';

/** Removes a policy with its versions. Faults: `notFound`, `preconditionFailed`, `inUse` with what uses it, as `uses` says. */
export async function removePolicy(
  context: WriteContext,
  family: PolicyFamily<object>,
  id: Id,
  ifMatch: readonly number[] | undefined,
  uses: Uses = 'targetsGo',
): Promise<void> {
  const { db, scope } = context;
  const row = await policiesOf(context, family).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw policyNotFound(family, id);
  requireRevision(ifMatch, row.version);
  const targets = (await targetsOfPolicies(context, [id])).get(id) ?? [];
  if (uses !== 'taken') {
    await refuseWhileAssigned(context, row.name, id, uses === 'refused' ? targets : []);
  }
  const taken = uses === 'taken' ? await takeFromAll(context, id) : {};
  // Those that remain were withdrawn.
  const enrollments = await takeFromEnrollments(context, id);
  await refuseInUse(`The policy '${row.name}' is assigned. Take it from what has it first.`, () =>
    policiesTables(db)
      .deleteFrom('policies_policy')
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute(),
  );
  context.touched.assignments.add(id);
  const policy = policyOfRow(family, row);
  await audit(context, {
    action: `${family.area}.remove`,
    target: targetOf(policy),
    before: {
      ...policy,
      ...(targets.length > 0 && { targets: targets.map(({ target }) => target) }),
      ...taken,
      ...(enrollments.length > 0 && { enrollments }),
    },
    after: null,
  });
}

async function refuseWhileAssigned(
  context: ReadContext,
  name: string,
  id: Id,
  targets: readonly PolicyTarget[],
): Promise<void> {
  const { count, first } = await devicesAssigned(context, id, namedAtMost);
  const devices = await devicesByIds(context, first);
  const names = first.flatMap((device) => devices.get(device) ?? []).map(nameOfDevice);
  const rules = await rulesUsing(context, { policyId: id });
  const enrollments = await enrollmentsGiving(context, id);
  const templates = await templatesGiving(context, id);
  const uses = [
    ...(count > 0 ? [`is assigned to ${counted(count, ['device', 'devices'], names)}`] : []),
    ...(rules ? [`is given by ${rules}`] : []),
    ...(enrollments > 0
      ? [`is given by ${enrollments === 1 ? 'an enrolment' : `${enrollments} enrolments`}`]
      : []),
    ...(templates ? [`is given by ${templates}`] : []),
    ...(targets.length > 0 ? [`is assigned to ${await namesOfTargets(context, targets)}`] : []),
  ];
  if (uses.length === 0) return;
  throw new Fault('inUse', `The policy '${name}' ${uses.join(' and ')}. Take it from them first.`);
}

async function namesOfTargets(context: ReadContext, targets: readonly PolicyTarget[]): Promise<string> {
  const first = targets.slice(0, namedAtMost);
  const groups = await groupsByIds(
    context,
    first.flatMap(({ key }) => parseGuidId(key) ?? []),
  );
  const names = first.map(({ key, target }) => {
    const group = groups.get(key as Id);
    return group ? `the group '${group.displayName}'` : nameOfTarget(target);
  });
  const more = targets.length - first.length;
  return new Intl.ListFormat('en').format([...names, ...(more > 0 ? [`${more} more`] : [])]);
}

/** Takes a policy from the devices, rules and templates that have it. A rule may be left with nothing to give. Returns what it was taken from. */
async function takeFromAll(context: WriteContext, id: Id): Promise<object> {
  const { db, scope, now, touched } = context;
  const organizationId = scope.organization.id;
  const devices = await policiesTables(db)
    .deleteFrom('policies_assignment')
    .where('organization_id', '=', organizationId)
    .where('policy_id', '=', id)
    .returning('device_id')
    .execute();
  for (const { device_id } of devices) touched.devices.add(device_id);
  const rules = await policiesTables(db)
    .deleteFrom('policies_rule_policy')
    .where('organization_id', '=', organizationId)
    .where('policy_id', '=', id)
    .returning('rule_id')
    .execute();
  const ruleIds = rules.map((row) => row.rule_id);
  await policiesTables(db)
    .updateTable('policies_rule')
    .set({ revision: sql<number>`revision + 1`, updated_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', sql<Id>`any(${ruleIds}::uuid[])`)
    .execute();
  const enrollmentTemplates = await takeFromTemplates(context, id);
  return { devices: devices.map((row) => row.device_id), rules: ruleIds, enrollmentTemplates };
}
