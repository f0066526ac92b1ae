import { isDeepStrictEqual } from 'node:util';
import { brokenForeignKey, sql } from '../database/index.ts';
import { groupsByIds, type AssignmentTarget } from '../directory/index.ts';
import { requireRevision } from '../kernel/etag.ts';
import { Fault, invalidInput, notFound, type Violation } from '../kernel/fault.ts';
import { parseGuidId, type Id } from '../kernel/id.ts';
import { audit, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import type { PolicyFamily } from './policy.ts';
import { policiesOf, policyNotFound } from './policies.ts';
import { policiesTables, type TargetRow } from './tables.ts';
import {
  firstOfEach,
  keyOfTarget,
  nameOfTarget,
  violationsOfTargets,
  type NamedTarget,
  type PolicyTarget,
} from './target.ts';

const mostTargets = 1_000;

/** The targets of those policies that have any, in the order of their keys, in one statement. */
export async function targetsOfPolicies(
  { db, scope }: ReadContext,
  policyIds: readonly Id[],
): Promise<Map<Id, PolicyTarget[]>> {
  if (policyIds.length === 0) return new Map();
  const rows = await policiesTables(db)
    .selectFrom('policies_target')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('policy_id', '=', sql<Id>`any(${policyIds}::uuid[])`)
    .orderBy('policy_id')
    .orderBy('key')
    .execute();
  const byPolicy = Map.groupBy(rows, (row) => row.policy_id);
  return new Map([...byPolicy].map(([policyId, ofOne]) => [policyId, ofOne.map(targetOfRow)]));
}

function targetOfRow({ key, target, created_at }: TargetRow): PolicyTarget {
  return { key, target, createdAt: created_at };
}

/**
 * Gives a policy these targets and no others; of several for the same the first counts. Returns all that it has then, in the order of their
 * keys. `ifMatch` names versions of the policy, which a change of its targets leaves as it is. Faults: `notFound`, `preconditionFailed`,
 * `invalidInput` (a group that the organization does not have or that is both included and excluded, a wrong id, too many targets).
 */
export async function replaceTargets(
  context: WriteContext,
  family: PolicyFamily<object>,
  policyId: Id,
  targets: readonly NamedTarget[],
  ifMatch?: readonly number[],
): Promise<PolicyTarget[]> {
  return changeTargets(context, family, policyId, ifMatch, () => checked(context, targets));
}

/** Gives a policy one more target. Faults: those of `replaceTargets`, `alreadyExists`. */
export async function addTarget(
  context: WriteContext,
  family: PolicyFamily<object>,
  policyId: Id,
  added: NamedTarget,
  ifMatch?: readonly number[],
): Promise<PolicyTarget> {
  const key = keyOfTarget(added.target);
  const targets = await changeTargets(context, family, policyId, ifMatch, async (stored) => {
    const target = await checkedOne(context, added);
    if (stored.has(key)) {
      throw new Fault('alreadyExists', `There is an assignment to ${nameOfTarget(target)} already.`);
    }
    return [...targetsIn(stored), target];
  });
  return targetWithKey(targets, key);
}

/**
 * Changes one target of a policy to what `merge` makes of the stored one: its filter, or whether the group is excluded. Faults: those of
 * `replaceTargets`, `notFound` (the target), `invalidInput` (for another group or collection).
 */
export async function changeTarget(
  context: WriteContext,
  family: PolicyFamily<object>,
  policyId: Id,
  key: string,
  merge: (stored: AssignmentTarget) => NamedTarget,
  ifMatch?: readonly number[],
): Promise<PolicyTarget> {
  const targets = await changeTargets(context, family, policyId, ifMatch, async (stored) => {
    const before = requireTarget(stored, key);
    const merged = merge(before);
    const after = await checkedOne(context, merged);
    if (keyOfTarget(after) !== key) {
      const message = `must stay ${nameOfTarget(before)}. For another target add an assignment and remove this one`;
      throw invalidInput([{ path: merged.path, message }]);
    }
    return targetsIn(stored).map((target) => (target === before ? after : target));
  });
  return targetWithKey(targets, key);
}

/** Takes one target from a policy. Faults: `notFound` (the policy, the target), `preconditionFailed`. */
export async function removeTarget(
  context: WriteContext,
  family: PolicyFamily<object>,
  policyId: Id,
  key: string,
  ifMatch?: readonly number[],
): Promise<void> {
  await changeTargets(context, family, policyId, ifMatch, async (stored) => {
    const removed = requireTarget(stored, key);
    return targetsIn(stored).filter((target) => target !== removed);
  });
}

type TargetsByKey = ReadonlyMap<string, PolicyTarget>;

/** Changes the targets of a policy to those that `change` makes of the stored ones, which nobody else changes meanwhile. */
async function changeTargets(
  context: WriteContext,
  family: PolicyFamily<object>,
  policyId: Id,
  ifMatch: readonly number[] | undefined,
  change: (stored: TargetsByKey) => Promise<readonly AssignmentTarget[]>,
): Promise<PolicyTarget[]> {
  const policy = await policiesOf(context, family)
    .where('id', '=', policyId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!policy) throw policyNotFound(family, policyId);
  requireRevision(ifMatch, policy.version);
  const before = (await targetsOfPolicies(context, [policyId])).get(policyId) ?? [];
  const stored = new Map(before.map((target) => [target.key, target]));
  const after = (await change(stored))
    .map((target) => asStored(stored, target, context.now))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
  if (after.length > mostTargets) {
    throw new Fault('invalidInput', `A policy has at most ${mostTargets} assignments, not ${after.length}.`);
  }
  if (after.length === before.length && after.every((target) => stored.get(target.key) === target))
    return before;
  await writeTargets(context, policyId, stored, after);
  context.touched.assignments.add(policyId);
  await audit(context, {
    action: `${family.area}.update`,
    target: { type: policy.kind, id: policyId, name: policy.name },
    before: { targets: before.map(({ target }) => target) },
    after: { targets: after.map(({ target }) => target) },
  });
  return after;
}

/** What stays the same keeps its row; what changes keeps the moment since which the policy has it. */
function asStored(stored: TargetsByKey, target: AssignmentTarget, now: Date): PolicyTarget {
  const key = keyOfTarget(target);
  const before = stored.get(key);
  if (before && isDeepStrictEqual(before.target, target)) return before;
  return { key, target, createdAt: before?.createdAt ?? now };
}

async function writeTargets(
  { db, scope }: WriteContext,
  policyId: Id,
  stored: TargetsByKey,
  after: readonly PolicyTarget[],
): Promise<void> {
  const kept = new Set(after.map(({ key }) => key));
  const removed = [...stored.keys()].filter((key) => !kept.has(key));
  if (removed.length > 0) {
    await policiesTables(db)
      .deleteFrom('policies_target')
      .where('organization_id', '=', scope.organization.id)
      .where('policy_id', '=', policyId)
      .where('key', '=', sql<string>`any(${removed}::text[])`)
      .execute();
  }
  const written = after.filter((target) => stored.get(target.key) !== target);
  if (written.length === 0) return;
  try {
    await policiesTables(db)
      .insertInto('policies_target')
      .values(
        written.map(({ key, target, createdAt }) => ({
          organization_id: scope.organization.id,
          policy_id: policyId,
          key,
          target: JSON.stringify(target),
          created_at: createdAt,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['organization_id', 'policy_id', 'key'])
          .doUpdateSet((set) => ({ target: set.ref('excluded.target') })),
      )
      .execute();
  } catch (error) {
    if (brokenForeignKey(error) !== 'policies_target_group') throw error;
    throw new Fault('invalidInput', 'One of the groups was removed by somebody else just now.');
  }
}

/** The targets of an input, each once. Faults: `invalidInput` with all that is wrong with them. */
async function checked(context: ReadContext, named: readonly NamedTarget[]): Promise<AssignmentTarget[]> {
  refuseAll(violationsOfTargets(named));
  const ofGroups = named.filter(({ target }) => 'groupId' in target);
  const groups = await groupsByIds(
    context,
    ofGroups.flatMap(({ target }) => parseGuidId(keyOfTarget(target)) ?? []),
  );
  const unknown = ofGroups.filter(({ target }) => !groups.has(keyOfTarget(target) as Id));
  refuseAll(
    unknown.map(({ target, path }) => ({
      path: `${path}.groupId`,
      message: `must be the id of a group of this organization, not '${keyOfTarget(target)}'`,
    })),
  );
  return firstOfEach(named);
}

function refuseAll(violations: readonly Violation[]): void {
  if (violations.length > 0) throw invalidInput(violations);
}

async function checkedOne(context: ReadContext, named: NamedTarget): Promise<AssignmentTarget> {
  const [target] = await checked(context, [named]);
  return target!;
}

function targetsIn(stored: TargetsByKey): AssignmentTarget[] {
  return [...stored.values()].map(({ target }) => target);
}

/** Faults: `notFound`. */
function requireTarget(stored: TargetsByKey, key: string): AssignmentTarget {
  const found = stored.get(key);
  if (!found) throw notFound('Assignment', key);
  return found.target;
}

function targetWithKey(targets: readonly PolicyTarget[], key: string): PolicyTarget {
  return targets.find((target) => target.key === key)!;
}
