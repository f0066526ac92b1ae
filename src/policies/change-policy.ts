import { isDeepStrictEqual } from 'node:util';
import { requireSegmentOfInput } from '../devices/index.ts';
import { rootSegmentId } from '../directory/index.ts';
import { requireRevision } from '../kernel/etag.ts';
import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import { audit, type WriteContext } from '../tenancy/index.ts';
import type { Policy, PolicyContent, PolicyFamily } from './policy.ts';
import { policiesOf, policyNotFound } from './policies.ts';
import { contentColumns, policyOfRow } from './policy-row.ts';
import { policiesTables } from './tables.ts';
import { checkNodes } from './windows-nodes.ts';

export interface NewPolicy<Document extends object = JsonObject> {
  /** One of the family's kinds. */
  readonly kind: string;
  readonly name: string;
  readonly description?: string | null;
  readonly segment?: number;
  readonly exposeToChildren?: boolean;
  readonly document: Document;
}

/** Creates a policy whose document is valid for its kind. Faults: `invalidInput` (no such segment, a value that its
 * Windows node does not take), and those of the family's `seal`. */
export async function createPolicy<Document extends object>(
  context: WriteContext,
  family: PolicyFamily<Document>,
  input: NewPolicy<Document>,
): Promise<Policy<Document>> {
  const { db, scope, now, newId } = context;
  await checkNodes(context, family, input.document, undefined);
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
 * makes no version. Faults: `notFound`, `preconditionFailed`, `invalidInput` as at creation, and those of `merge` and the family's `seal`.
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
  await checkNodes(context, family, merged.document, before.document);
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

/** How audit events name a policy. */
export function targetOf({ kind, id, name }: Policy<object>) {
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
