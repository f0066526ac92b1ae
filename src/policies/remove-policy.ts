import { brokenForeignKey, sql } from '../database/index.ts';
import { devicesByIds, nameOfDevice } from '../devices/index.ts';
import { requireRevision } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { devicesAssigned } from './assignments.ts';
import { rulesUsing } from './automation-rules.ts';
import { targetOf } from './change-policy.ts';
import { policiesOf, policyNotFound } from './policies.ts';
import { counted, namedAtMost, type PolicyFamily } from './policy.ts';
import { policyOfRow } from './policy-row.ts';
import { policiesTables } from './tables.ts';
import { targetsOfPolicies } from './targets.ts';

/**
 * Removes a policy with its versions and targets, and with `force` also from the devices and rules that it is given by. Faults: `notFound`,
 * `preconditionFailed`, `inUse` while it is given to a device or by a rule, unless it is forced.
 */
export async function removePolicy(
  context: WriteContext,
  family: PolicyFamily<object>,
  id: Id,
  ifMatch: readonly number[] | undefined,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  const { db, scope } = context;
  const row = await policiesOf(context, family).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw policyNotFound(family, id);
  requireRevision(ifMatch, row.version);
  const uses = force ? await takeFromAll(context, id) : await refuseWhileAssigned(context, row.name, id);
  const targets = (await targetsOfPolicies(context, [id])).get(id) ?? [];
  try {
    await policiesTables(db)
      .deleteFrom('policies_policy')
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute();
  } catch (error) {
    if (brokenForeignKey(error) === undefined) throw error;
    throw new Fault('inUse', `The policy '${row.name}' is assigned. Take it from what has it first.`);
  }
  context.touched.assignments.add(id);
  const policy = policyOfRow(family, row);
  await audit(context, {
    action: `${family.area}.remove`,
    target: targetOf(policy),
    before: {
      ...policy,
      ...(targets.length > 0 && { targets: targets.map(({ target }) => target) }),
      ...uses,
    },
    after: null,
  });
}

async function refuseWhileAssigned(context: ReadContext, name: string, id: Id): Promise<object> {
  const { count, first } = await devicesAssigned(context, id, namedAtMost);
  const devices = await devicesByIds(context, first);
  const names = first.flatMap((device) => devices.get(device) ?? []).map(nameOfDevice);
  const rules = await rulesUsing(context, { policyId: id });
  const uses = [
    ...(count > 0 ? [`is assigned to ${counted(count, ['device', 'devices'], names)}`] : []),
    ...(rules ? [`is given by ${rules}`] : []),
  ];
  if (uses.length === 0) return {};
  throw new Fault('inUse', `The policy '${name}' ${uses.join(' and ')}. Take it from them first.`);
}

/** Takes a policy from the devices and rules that have it. A rule may be left with nothing to give. Returns what it was taken from. */
async function takeFromAll({ db, scope, now, touched }: WriteContext, id: Id): Promise<object> {
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
  return { devices: devices.map((row) => row.device_id), rules: ruleIds };
}
