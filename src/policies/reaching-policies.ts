import { sql } from '../database/index.ts';
import type { Device } from '../devices/index.ts';
import { groupsOfUser, type AssignmentTarget } from '../directory/index.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { Assigned, Assignment, Exclusion } from './engine/index.ts';
import { loadEnabledRules, loadEnforcedPolicies } from './enforced-policies.ts';
import type { Policy, PolicyFamily } from './policy.ts';
import { familyOfKind, policiesOfDevice, policyFamilies } from './policy-families.ts';
import { policyOfRow } from './policy-row.ts';
import { policiesTables } from './tables.ts';
import { everyone, nameOfTarget } from './target.ts';

/** The policies that are meant for one device. */
export interface ReachingPolicies {
  /** A policy once for each way in which the device has it. */
  readonly assigned: readonly Assigned<Policy<object>>[];
  /** Of policies in `assigned` alone. */
  readonly exclusions: readonly (Exclusion & { readonly groupName: string })[];
  /** Policies of which a filter, which is not evaluated yet, says whether the device has them: they are not in `assigned`. */
  readonly filtered: readonly (Assigned<Policy<object>> & { readonly targetName: string })[];
}

/** A target that a device is one of, with the policy that has it. */
export interface ReachedTarget {
  readonly policy: Policy<object>;
  readonly target: AssignmentTarget;
  readonly createdAt: Date;
}

/**
 * As many statements however many policies there are: for the device's own, what rules give it, the groups of its user, and what
 * is meant for those.
 */
export async function policiesReaching(context: ReadContext, device: Device): Promise<ReachingPolicies> {
  const { id, user } = device;
  const [own, enforced, groups] = await Promise.all([
    policiesOfDevice(context, id),
    policiesEnforced(context, device),
    user ? groupsOfUser(context, user.id) : [],
  ]);
  const groupNames = new Map<string, string>(groups.map((group) => [group.id, group.displayName]));
  const keys = [everyone.allDevices, ...(user ? [everyone.allLicensedUsers] : []), ...groupNames.keys()];
  const targeted = reachingOf(await targetsWithKeys(context, keys), groupNames);
  return { ...targeted, assigned: [...own, ...enforced, ...targeted.assigned] };
}

/** What automation rules give the device. */
async function policiesEnforced(
  { db, scope }: ReadContext,
  device: Device,
): Promise<Assigned<Policy<object>>[]> {
  const organizationId = scope.organization.id;
  const [enabled] = await loadEnabledRules(db, [organizationId]);
  const wanted = [{ organizationId, device, enabled: enabled! }];
  const ofFamilies = await Promise.all(
    policyFamilies.map((family: PolicyFamily<object>) => loadEnforcedPolicies(db, family, wanted)),
  );
  return ofFamilies.flatMap(([ofDevice]) => ofDevice!);
}

async function targetsWithKeys(
  { db, scope }: ReadContext,
  keys: readonly string[],
): Promise<ReachedTarget[]> {
  const rows = await policiesTables(db)
    .selectFrom('policies_target as target')
    .innerJoin('policies_policy as policy', (join) =>
      join
        .onRef('policy.organization_id', '=', 'target.organization_id')
        .onRef('policy.id', '=', 'target.policy_id'),
    )
    .selectAll('policy')
    .select(['target.target', 'target.created_at as assigned_at'])
    .where('target.organization_id', '=', scope.organization.id)
    .where('target.key', '=', sql<string>`any(${keys}::text[])`)
    .where(
      'policy.kind',
      'in',
      policyFamilies.flatMap(({ kinds }): readonly string[] => kinds),
    )
    .orderBy('policy.id')
    .orderBy('target.key')
    .execute();
  return rows.map(({ target, assigned_at, ...row }) => ({
    policy: policyOfRow<object>(familyOfKind(row.kind), row),
    target,
    createdAt: assigned_at,
  }));
}

/** What the targets that a device is one of come to. `groupNames` are those of the device's groups, by id. */
export function reachingOf(
  targets: readonly ReachedTarget[],
  groupNames: ReadonlyMap<string, string>,
): ReachingPolicies {
  const assigned: Assigned<Policy<object>>[] = [];
  const exclusions: ReachingPolicies['exclusions'][number][] = [];
  const filtered: ReachingPolicies['filtered'][number][] = [];
  for (const ofPolicy of Map.groupBy(targets, ({ policy }) => policy.id).values()) {
    const including = ofPolicy.flatMap((reached) => {
      const assignment = assignmentOf(reached, groupNames);
      return assignment ? [{ ...reached, assignment }] : [];
    });
    const excluding = ofPolicy.filter(({ target }) => target.kind === 'exclusionGroup');
    const [first] = including;
    if (!first) continue;
    const { policy } = first;
    const certain = excluding.find(({ target }) => !target.filter)?.target;
    const uncertain =
      excluding.find(({ target }) => target.filter) ??
      (including.every(({ target }) => target.filter) ? first : undefined);
    if (!certain && uncertain) {
      const { assignment } = first;
      filtered.push({ policy, assignment, targetName: nameIn(groupNames, uncertain.target) });
      continue;
    }
    const counted = certain ? including : including.filter(({ target }) => !target.filter);
    assigned.push(...counted.map(({ assignment }) => ({ policy, assignment })));
    if (certain && 'groupId' in certain) {
      const { groupId } = certain;
      exclusions.push({ policyId: policy.id, groupId, groupName: groupNames.get(groupId) ?? groupId });
    }
  }
  return { assigned, exclusions, filtered };
}

/** How a target gives its policy; undefined when it does not. Collections of Configuration Manager reach nobody: there is none here. */
function assignmentOf(
  { target, createdAt }: ReachedTarget,
  groupNames: ReadonlyMap<string, string>,
): Assignment | undefined {
  switch (target.kind) {
    case 'allDevices':
    case 'allLicensedUsers':
      return { source: { kind: target.kind }, assignedAt: createdAt };
    case 'group': {
      const { groupId } = target;
      const groupName = groupNames.get(groupId) ?? groupId;
      return { source: { kind: 'group', groupId }, assignedAt: createdAt, groupName };
    }
    default:
      return undefined;
  }
}

function nameIn(groupNames: ReadonlyMap<string, string>, target: AssignmentTarget): string {
  const name = 'groupId' in target ? groupNames.get(target.groupId) : undefined;
  return name === undefined ? nameOfTarget(target) : `the group '${name}'`;
}
