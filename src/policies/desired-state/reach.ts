import { sql, type OwnedId } from '../../database/index.ts';
import { membersAmong } from '../../devices/audiences/index.ts';
import { groupsOfDevices, type DeviceFacts } from '../../devices/index.ts';
import { groupsOfUsers, type AssignmentTarget } from '../../directory/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { givenTo, loadEnabledRules, type GivenPolicy } from '../enforced-policies.ts';
import type { Assigned, Assignment, Exclusion } from '../engine/index.ts';
import type { Policy } from '../policy.ts';
import { policiesTables } from '../tables.ts';
import { everyone, nameOfTarget } from '../target.ts';
import { onceForAlike } from './alike.ts';

/** A policy without what it says. */
export type PolicyHead = Pick<Policy, 'id' | 'name' | 'version'>;

/** The policies that are meant for one device. */
export interface ReachingPolicies {
  /** A policy once for each way in which the device has it. */
  readonly assigned: readonly Assigned<PolicyHead>[];
  /** Of policies in `assigned` alone. */
  readonly exclusions: readonly (Exclusion & { readonly groupName: string })[];
  /** Policies of which a filter, which is not evaluated yet, says whether the device has them: they are not in `assigned`. */
  readonly filtered: readonly (Assigned<PolicyHead> & { readonly targetName: string })[];
}

/** A target that a device is one of, with the policy that has it. */
export interface ReachedTarget {
  readonly policy: PolicyHead;
  readonly target: AssignmentTarget;
  readonly createdAt: Date;
}

/**
 * The policies that are meant for each of these devices now. What automation rules give comes without its reasons. As many statements
 * however many devices and policies there are. Devices that are alike share one answer.
 */
export async function policiesReachingAll(
  context: ReadContext,
  devices: readonly DeviceFacts[],
): Promise<ReachingPolicies[]> {
  return reachingEach(context, devices, () => givenToAll(context, devices));
}

async function givenToAll(context: ReadContext, devices: readonly DeviceFacts[]): Promise<GivenPolicy[][]> {
  const [enabled] = await loadEnabledRules(context.db, [context.scope.organization.id]);
  const { audiences } = enabled!;
  const ids = devices.map(({ id }) => id);
  const members = await membersAmong(context, [...audiences.values()], ids);
  const audiencesOf = new Map<Id, Id[]>(ids.map((id) => [id, []]));
  for (const [audience, found] of members) {
    for (const device of found) audiencesOf.get(device)!.push(audience);
  }
  return onceForAlike(
    devices,
    ({ id, platform }) => [platform, ...audiencesOf.get(id)!],
    ({ id, platform }) => {
      const matched = new Set(audiencesOf.get(id));
      return givenTo(platform, enabled!, (audience) => (matched.has(audience.id) ? ['member'] : []));
    },
  );
}

/** As `policiesReachingAll`, with what automation rules give told by `givenToEach`. */
export async function reachingEach(
  context: ReadContext,
  devices: readonly DeviceFacts[],
  givenToEach: () => Promise<readonly (readonly GivenPolicy[])[]>,
): Promise<ReachingPolicies[]> {
  if (devices.length === 0) return [];
  const [own, { groups, keys, targets }, { given, heads }] = await Promise.all([
    ownPolicies(context, devices),
    targetsOf(context, devices),
    headsOf(context, givenToEach),
  ]);
  return onceForAlike(
    devices,
    ({ id }, index) => [own.get(id), given[index], ...keys[index]!],
    ({ id }, index) => {
      const ofDevice = keys[index]!.flatMap((key) => targets.get(key) ?? []);
      const targeted = reachingOf(ofDevice, groups[index]!);
      const enforced = given[index]!.flatMap(({ policyId, assignment }) => {
        const policy = heads.get(policyId);
        return policy ? { policy, assignment } : [];
      });
      return { ...targeted, assigned: [...(own.get(id) ?? []), ...enforced, ...targeted.assigned] };
    },
  );
}

/** For each device its groups and the keys of the targets that it is one of, and these targets. */
async function targetsOf(context: ReadContext, devices: readonly DeviceFacts[]) {
  const groups = await groupsOf(context, devices);
  const keys = devices.map(({ userId }, index) => [
    everyone.allDevices,
    ...(userId ? [everyone.allLicensedUsers] : []),
    ...groups[index]!.keys(),
  ]);
  return { groups, keys, targets: await targetsWithKeys(context, [...new Set(keys.flat())]) };
}

/** What rules give to each device, and the policies that they give. */
async function headsOf(
  context: ReadContext,
  givenToEach: () => Promise<readonly (readonly GivenPolicy[])[]>,
) {
  const given = await givenToEach();
  return { given, heads: await policyHeads(context, idsOfGiven([...new Set(given)])) };
}

async function ownPolicies({ db, scope }: ReadContext, devices: readonly DeviceFacts[]) {
  const rows = await selectHeads({ db, scope })
    .innerJoin('policies_assignment as assignment', (join) =>
      join
        .onRef('assignment.organization_id', '=', 'policy.organization_id')
        .onRef('assignment.policy_id', '=', 'policy.id'),
    )
    .select(['assignment.device_id', 'assignment.kind', 'assignment.priority', 'assignment.assigned_at'])
    .where('assignment.organization_id', '=', scope.organization.id)
    .where('assignment.device_id', '=', sql<Id>`any(${devices.map(({ id }) => id)}::uuid[])`)
    .execute();
  const own = new Map<Id, Assigned<PolicyHead>[]>();
  for (const { device_id, kind, priority, assigned_at, ...policy } of rows) {
    const source =
      kind === 'primary' ? ({ kind } as const) : ({ kind: 'direct', priority: priority! } as const);
    const item = { policy, assignment: { source, assignedAt: assigned_at } };
    const found = own.get(device_id);
    if (found) found.push(item);
    else own.set(device_id, [item]);
  }
  return own;
}

/** For each device the names of the groups that it or its user is in, by their ids. */
async function groupsOf(
  { db, scope }: ReadContext,
  devices: readonly DeviceFacts[],
): Promise<ReadonlyMap<string, string>[]> {
  const organizationId = scope.organization.id;
  const keysOf = (ids: readonly Id[]): OwnedId[] => ids.map((id) => ({ organizationId, id }));
  const users = [...new Set(devices.flatMap(({ userId }) => userId ?? []))];
  const [ofUsers, ofDevices] = await Promise.all([
    users.length > 0 ? groupsOfUsers(db, keysOf(users)) : [],
    groupsOfDevices(db, keysOf(devices.map(({ id }) => id))),
  ]);
  const byUser = new Map(users.map((id, index) => [id, ofUsers[index]!]));
  return devices.map(({ userId }, index) => {
    const groups = [...(userId ? byUser.get(userId)! : []), ...ofDevices[index]!];
    return new Map(groups.map(({ id, displayName }) => [id, displayName]));
  });
}

function idsOfGiven(given: readonly (readonly GivenPolicy[])[]): Id[] {
  return [...new Set(given.flat().map(({ policyId }) => policyId))];
}

/** The policies with these ids, in one statement. */
export async function policyHeads(context: ReadContext, ids: readonly Id[]): Promise<Map<Id, PolicyHead>> {
  if (ids.length === 0) return new Map();
  const rows = await selectHeads(context)
    .where('policy.id', '=', sql<Id>`any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

function selectHeads({ db, scope }: ReadContext) {
  return policiesTables(db)
    .selectFrom('policies_policy as policy')
    .select(['policy.id', 'policy.name', 'policy.version'])
    .where('policy.organization_id', '=', scope.organization.id);
}

/** The targets with these keys, by key, the oldest policy first. */
async function targetsWithKeys(
  context: ReadContext,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ReachedTarget[]>> {
  const rows = await selectHeads(context)
    .innerJoin('policies_target as target', (join) =>
      join
        .onRef('target.organization_id', '=', 'policy.organization_id')
        .onRef('target.policy_id', '=', 'policy.id'),
    )
    .select(['target.key', 'target.target', 'target.created_at'])
    .where('target.organization_id', '=', context.scope.organization.id)
    .where('target.key', '=', sql<string>`any(${keys}::text[])`)
    .orderBy('policy.id')
    .execute();
  const targets = rows.map(({ key, target, created_at, ...policy }) => ({
    key,
    reached: { policy, target, createdAt: created_at },
  }));
  const byKey = Map.groupBy(targets, ({ key }) => key);
  return new Map([...byKey].map(([key, found]) => [key, found.map(({ reached }) => reached)]));
}

/** What the targets that a device is one of come to. `groupNames` are those of the device's groups, by id. */
export function reachingOf(
  targets: readonly ReachedTarget[],
  groupNames: ReadonlyMap<string, string>,
): ReachingPolicies {
  const assigned: Assigned<PolicyHead>[] = [];
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
