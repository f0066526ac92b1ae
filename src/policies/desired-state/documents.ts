import { sql } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import {
  compilePolicy,
  documentKey,
  resolve,
  type CompiledPolicy,
  type ResolvedDocument,
} from '../engine/index.ts';
import { knownNodes } from '../windows-nodes.ts';
import { familyOfKind } from '../policy-families.ts';
import { policyOfRow, selectPolicies } from '../policy-row.ts';
import { policiesTables } from '../tables.ts';
import { sha256, type PolicySet } from './policy-set.ts';

/** A document with its address; null for a system that nothing can be delivered to. */
export type ResolvedSet = { readonly key: string; readonly document: ResolvedDocument } | null;

/** What these sets come to with the policies as they are now, in one statement. */
export async function resolveSets(context: ReadContext, sets: readonly Resolvable[]): Promise<ResolvedSet[]> {
  const resolveSet = await setResolver(context, sets);
  return sets.map(resolveSet);
}

type Resolvable = Pick<PolicySet, 'system' | 'members'>;

/** Makes the function that resolves any of these sets, so that not all documents need to be held at once. One statement. */
export async function setResolver(
  context: ReadContext,
  sets: readonly Resolvable[],
): Promise<(set: Resolvable) => ResolvedSet> {
  const deliverable = sets.filter(({ system }) => system !== null);
  const ids = deliverable.flatMap(({ members }) => members.map(({ policyId }) => policyId));
  const policies = await compiledPolicies(context, [...new Set(ids)]);
  return ({ system, members }) => {
    if (system === null) return null;
    const assigned = members.flatMap(({ policyId, source }, index) => {
      const policy = policies.get(policyId);
      // Members are in the order of strength, and what is as strong as another in that of age.
      return policy ? { policy, assignment: { source, assignedAt: new Date(index) } } : [];
    });
    const document = resolve(system, assigned);
    return { key: documentKey(document, sha256), document };
  };
}

async function compiledPolicies(
  { db, scope }: ReadContext,
  ids: readonly Id[],
): Promise<Map<Id, CompiledPolicy>> {
  if (ids.length === 0) return new Map();
  const rows = await selectPolicies(db)
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  const nodes = await knownNodes(
    db,
    rows.map(({ kind }) => kind),
  );
  return new Map(
    rows.map((row) => [row.id, compilePolicy(policyOfRow<object>(familyOfKind(row.kind), row), nodes)]),
  );
}

/** Keeps documents, those that are kept already as they are. */
export async function keepDocuments(
  { db, scope }: WriteContext,
  resolved: readonly ResolvedSet[],
): Promise<void> {
  const documents = new Map(resolved.flatMap((item) => (item ? [[item.key, item.document] as const] : [])));
  if (documents.size === 0) return;
  // A value of its own for each: one array of all of them would be several times as much work for the driver.
  const rows = Array.from(documents, ([key, document]) => ({
    organization_id: scope.organization.id,
    key,
    document: JSON.stringify(document),
  }));
  await policiesTables(db)
    .insertInto('policies_document')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Removes sets that no device has, and documents of no set. */
export async function removeUnused({ db, scope }: WriteContext): Promise<void> {
  const organizationId = scope.organization.id;
  await sql`delete from policies_set unused where organization_id = ${organizationId} and not exists (
    select from policies_device_set device
    where device.organization_id = unused.organization_id and device.set_id = unused.id)`.execute(
    db.connection,
  );
  await sql`delete from policies_document unused where organization_id = ${organizationId} and not exists (
    select from policies_set kept
    where kept.organization_id = unused.organization_id and kept.document_key = unused.key)`.execute(
    db.connection,
  );
}
