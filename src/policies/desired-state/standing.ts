import { preparing, sql } from '../../database/index.ts';
import { matchAudience, type AudienceSelectors } from '../../devices/audiences/index.ts';
import type { Device } from '../../devices/index.ts';
import type { User } from '../../directory/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { RuleAction } from '../automation-rule.ts';
import { givenTo } from '../enforced-policies.ts';
import type { Assigned } from '../engine/index.ts';
import { everyone } from '../target.ts';
import type { SetOfDevice } from './desired-state.ts';
import { reachingOf, type PolicyHead, type ReachedTarget, type ReachingPolicies } from './reach.ts';
import { mayStillChange } from './recalculations.ts';

/** What is stored for one device, and why. */
export interface Standing {
  /** Undefined for a device that is not worked out yet. */
  readonly set: SetOfDevice | undefined;
  /**
   * The policies that are meant for the device now, with the reasons of automation rules. Of rules, those count that give what the device
   * has, or what a group keeps from it, so that it does not matter how many others there are.
   */
  readonly reaching: ReachingPolicies;
  /** Whether something that is still to be worked out may give the device another set. */
  readonly isRecalculating: boolean;
}

/** In one statement. The device is not deleted. */
export async function standingOf({ db, scope }: ReadContext, device: Device): Promise<Standing> {
  const organizationId = scope.organization.id;
  const { rows } = await statement(organizationId, device).execute(preparing(db).connection);
  const { set, own, groups, targets, rules, user, isRecalculating } = rows[0]!;
  const groupNames = new Map(groups.map(({ id, name }) => [id, name]));
  const byKey = Map.groupBy(targets, ({ key }) => key);
  const reached = [...keysOfAll(device.user?.id ?? null), ...groupNames.keys()].flatMap((key) =>
    (byKey.get(key) ?? []).map(reachedTarget),
  );
  const targeted = reachingOf(reached, groupNames);
  return {
    set: set ?? undefined,
    reaching: {
      ...targeted,
      assigned: [...own.map(ownPolicy), ...enforcedPolicies(device, user, rules), ...targeted.assigned],
    },
    isRecalculating,
  };
}

interface Row {
  readonly set: SetOfDevice | null;
  readonly own: readonly OwnPolicy[];
  readonly groups: readonly { readonly id: Id; readonly name: string }[];
  readonly targets: readonly Target[];
  readonly rules: readonly Rule[];
  readonly user: Pick<User, 'tags' | 'metadata'> | null;
  readonly isRecalculating: boolean;
}

interface OwnPolicy extends PolicyHead {
  readonly kind: 'primary' | 'direct';
  readonly priority: number | null;
  readonly assignedAt: string;
}

interface Target extends PolicyHead, Pick<ReachedTarget, 'target'> {
  readonly key: string;
  readonly createdAt: string;
}

/** An enabled rule, with what it does for the device's platform. */
interface Rule {
  readonly id: Id;
  readonly name: string;
  readonly audiences: readonly {
    readonly id: Id;
    readonly name: string;
    readonly selectors: AudienceSelectors;
  }[];
  readonly actions: readonly (RuleAction & Omit<PolicyHead, 'id'> & { readonly assignedAt: string })[];
}

function ownPolicy({ kind, priority, assignedAt, ...policy }: OwnPolicy): Assigned<PolicyHead> {
  const source = kind === 'primary' ? ({ kind } as const) : ({ kind, priority: priority! } as const);
  return { policy, assignment: { source, assignedAt: new Date(assignedAt) } };
}

function reachedTarget({ id, name, version, target, createdAt }: Target): ReachedTarget {
  return { policy: { id, name, version }, target, createdAt: new Date(createdAt) };
}

function enforcedPolicies(device: Device, user: Row['user'], rules: readonly Rule[]): Assigned<PolicyHead>[] {
  const audiences = new Map(
    rules.flatMap((rule) => rule.audiences.map((audience) => [audience.id, audience])),
  );
  const heads = new Map(rules.flatMap(({ actions }) => actions.map((action) => [action.policyId, action])));
  const enabled = {
    rules: rules.map(({ id, name, audiences, actions }) => ({
      id,
      name,
      audienceIds: audiences.map((audience) => audience.id),
      actions: actions.map((action) => ({ ...action, assignedAt: new Date(action.assignedAt) })),
    })),
    audiences,
  };
  const given = givenTo(device.platform, enabled, ({ selectors }) =>
    matchAudience(selectors, device, user ?? undefined),
  );
  return given.map(({ policyId, assignment }) => {
    const { name, version } = heads.get(policyId)!;
    return { policy: { id: policyId, name, version }, assignment };
  });
}

const list = (rows: ReturnType<typeof sql>) =>
  sql`(select coalesce(jsonb_agg(to_jsonb(item)), '[]') from (${rows}) item)`;

function statement(organizationId: Id, { id, user, platform }: Device) {
  const userId = user?.id ?? null;
  const own = sql`
    select policy.id, policy.name, policy.version, assignment.kind, assignment.priority, assignment.assigned_at as "assignedAt"
    from policies_assignment assignment
    join policies_policy policy
      on policy.organization_id = assignment.organization_id and policy.id = assignment.policy_id
    where assignment.organization_id = ${organizationId} and assignment.device_id = ${id}`;
  const groups = sql`
    select "group".id, "group".display_name as name
    from (
      select group_id, 1 as nearness from directory_group_user
      where organization_id = ${organizationId} and user_id = ${userId}
      union all
      select group_id, 2 from devices_group_device where organization_id = ${organizationId} and device_id = ${id}
    ) member
    join directory_group "group" on "group".organization_id = ${organizationId} and "group".id = member.group_id
    order by member.nearness, "group".id`;
  const targets = sql`
    select target.key, policy.id, policy.name, policy.version, target.target, target.created_at as "createdAt"
    from policies_target target
    join policies_policy policy
      on policy.organization_id = target.organization_id and policy.id = target.policy_id
    where target.organization_id = ${organizationId}
      and target.key = any(${keysOfAll(userId)}::text[] || array(select id::text from groups))
    order by policy.id`;
  const counted = sql`
    select (member -> 'source' ->> 'ruleId')::uuid
    from held, jsonb_array_elements(held.members) member where member -> 'source' ->> 'kind' = 'rule'
    union
    select action.rule_id from targets
    join policies_rule_policy action
      on action.organization_id = ${organizationId} and action.policy_id = targets.id
    where targets.target ->> 'kind' = 'exclusionGroup'
    union
    select id from policies_rule where organization_id = ${organizationId} and not exists (select from held)`;
  const audiences = sql`
    select audience.id, audience.name, audience.selectors from policies_rule_audience link
    join devices_audience audience
      on audience.organization_id = link.organization_id and audience.id = link.audience_id
    where link.organization_id = rule.organization_id and link.rule_id = rule.id
    order by link.position`;
  const actions = sql`
    select action.policy_id as "policyId", policy.name, policy.version, action.platform, action.priority,
      action.assigned_at as "assignedAt"
    from policies_rule_policy action
    join policies_policy policy
      on policy.organization_id = action.organization_id and policy.id = action.policy_id
    where action.organization_id = rule.organization_id and action.rule_id = rule.id and action.platform = ${platform}
    order by action.position`;
  return sql<Row>`
    with held as (
      select set.system, set.members, set.document_key as "documentKey"
      from policies_device_set device
      join policies_set set on set.organization_id = device.organization_id and set.id = device.set_id
      where device.organization_id = ${organizationId} and device.device_id = ${id}
    ), groups as (${groups}), targets as (${targets})
    select
      (select to_jsonb(held) from held) as set,
      ${list(own)} as own,
      ${list(sql`select * from groups`)} as groups,
      ${list(sql`select * from targets`)} as targets,
      ${list(sql`
        select rule.id, rule.name, ${list(audiences)} as audiences, ${list(actions)} as actions
        from policies_rule rule
        where rule.organization_id = ${organizationId} and rule.enabled and rule.id = any(array(${counted}))`)} as rules,
      (select jsonb_build_object('tags', tags, 'metadata', metadata) from directory_user
        where organization_id = ${organizationId} and id = ${userId}) as "user",
      ${mayStillChange(organizationId, id)} as "isRecalculating"`;
}

/** The keys of the targets for everyone, as far as the device is one of them. */
function keysOfAll(userId: Id | null): string[] {
  return [everyone.allDevices, ...(userId === null ? [] : [everyone.allLicensedUsers])];
}
