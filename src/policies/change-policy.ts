import { isDeepStrictEqual } from 'node:util';
import { brokenForeignKey } from '../database/index.ts';
import { devicesByIds, nameOfDevice, requireSegmentOfInput } from '../devices/index.ts';
import { rootSegmentId } from '../directory/index.ts';
import { requireRevision } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import { devicesAssigned } from './assignments.ts';
import { rulesUsing } from './automation-rules.ts';
import { counted, namedAtMost, type Policy, type PolicyContent, type PolicyFamily } from './policy.ts';
import { policiesOf, policyNotFound } from './policies.ts';
import { contentColumns, policyOfRow } from './policy-row.ts';
import { policiesTables } from './tables.ts';
import { targetsOfPolicies } from './targets.ts';

export interface NewPolicy<Document extends object = JsonObject> {
  /** One of the family's kinds. */
  readonly kind: string;
  readonly name: string;
  readonly description?: string | null;
  readonly segment?: number;
  readonly exposeToChildren?: boolean;
  readonly document: Document;
}

/** Creates a policy whose document is valid for its kind. Faults: `invalidInput` (no such segment), and those of the family's `seal`. */
export async function createPolicy<Document extends object>(
  context: WriteContext,
  family: PolicyFamily<Document>,
  input: NewPolicy<Document>,
): Promise<Policy<Document>> {
  const { db, scope, now, newId } = context;
  const id = newId();
  const policy: Policy<Document> = {
    id,
    kind: input.kind,
    name: input.name,
    description: input.description ?? null,
    segment: input.segment ?? rootSegmentId,
    exposeToChildren: input.exposeToChildren ?? false,
    document: (await family.seal?.(context, id, input.document, undefined)) ?? input.document,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  await requireSegmentOfInput(context, policy.segment);
  await policiesTables(db)
    .insertInto('policies_policy')
    .values({
      organization_id: scope.organization.id,
      id: policy.id,
      kind: policy.kind,
      ...contentColumns(policy),
      version: policy.version,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await keepVersion(context, policy);
  await audit(context, {
    action: `${family.area}.create`,
    target: targetOf(policy),
    before: null,
    after: policy,
  });
  return policy;
}

/**
 * Changes a policy to what `merge` makes of the stored one, which no other change can touch meanwhile. A change that changes nothing
 * makes no version. Faults: `notFound`, `preconditionFailed`, `invalidInput` (no such segment), and those of `merge` and the family's `seal`.
 */
export async function updatePolicy<Document extends object>(
  context: WriteContext,
  family: PolicyFamily<Document>,
  id: Id,
  ifMatch: readonly number[] | undefined,
  merge: (
    stored: Policy<Document>,
  ) => Partial<PolicyContent<Document>> | Promise<Partial<PolicyContent<Document>>>,
): Promise<Policy<Document>> {
  const { db, scope, now } = context;
  const row = await policiesOf(context, family).where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  if (!row) throw policyNotFound(family, id);
  requireRevision(ifMatch, row.version);
  const before = policyOfRow(family, row);
  const merged: Policy<Document> = { ...before, ...(await merge(before)) };
  const document = (await family.seal?.(context, id, merged.document, before.document)) ?? merged.document;
  const content = { ...merged, document };
  if (isDeepStrictEqual(content, before)) return before;
  if (content.segment !== before.segment) await requireSegmentOfInput(context, content.segment);
  const after = { ...content, version: before.version + 1, updatedAt: now };
  await policiesTables(db)
    .updateTable('policies_policy')
    .set({ ...contentColumns(after), version: after.version, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await keepVersion(context, after);
  context.touched.policies.add(id);
  await audit(context, { action: `${family.area}.update`, target: targetOf(after), before, after });
  return after;
}

/** Removes a policy with its versions and targets. Faults: `notFound`, `preconditionFailed`, `inUse` while it is given to a device or by a rule. */
export async function removePolicy(
  context: WriteContext,
  family: PolicyFamily<object>,
  id: Id,
  ifMatch: readonly number[] | undefined,
): Promise<void> {
  const { db, scope } = context;
  const row = await policiesOf(context, family).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw policyNotFound(family, id);
  requireRevision(ifMatch, row.version);
  await refuseWhileAssigned(context, row.name, id);
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
    before: { ...policy, ...(targets.length > 0 && { targets: targets.map(({ target }) => target) }) },
    after: null,
  });
}

async function refuseWhileAssigned(context: ReadContext, name: string, id: Id): Promise<void> {
  const { count, first } = await devicesAssigned(context, id, namedAtMost);
  const devices = await devicesByIds(context, first);
  const names = first.flatMap((device) => devices.get(device) ?? []).map(nameOfDevice);
  const rules = await rulesUsing(context, { policyId: id });
  const uses = [
    ...(count > 0 ? [`is assigned to ${counted(count, ['device', 'devices'], names)}`] : []),
    ...(rules ? [`is given by ${rules}`] : []),
  ];
  if (uses.length === 0) return;
  throw new Fault('inUse', `The policy '${name}' ${uses.join(' and ')}. Take it from them first.`);
}

function targetOf({ kind, id, name }: Policy<object>) {
  return { type: kind, id, name };
}

async function keepVersion({ db, scope }: WriteContext, policy: Policy<object>): Promise<void> {
  const { principal } = scope;
  await policiesTables(db)
    .insertInto('policies_version')
    .values({
      organization_id: scope.organization.id,
      policy_id: policy.id,
      version: policy.version,
      name: policy.name,
      description: policy.description,
      document: JSON.stringify(policy.document),
      made_at: policy.updatedAt,
      made_by_kind: principal.kind,
      made_by_id: principal.id,
      made_by_name: principal.name,
    })
    .execute();
}
