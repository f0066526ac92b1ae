import { sql } from '../../database/index.ts';
import { idsOfAudience, loadAudiences, type AudienceSources } from '../../devices/audiences/index.ts';
import { idsOfDevices, type IdQuery } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext, Touched } from '../../tenancy/index.ts';
import { policiesTables } from '../tables.ts';

/** Which devices may have to get another set. */
export interface DeviceScope {
  readonly devices: readonly Id[];
  /** Of these users. */
  readonly users: readonly Id[];
  /** That have, or shall have, one of these policies. */
  readonly policies: readonly Id[];
  /** All that the organization has. */
  readonly everything?: boolean;
}

/** The devices that a change reaches, as far as what it touched tells. */
export async function scopeOf(context: ReadContext, touched: Touched): Promise<DeviceScope> {
  const given = await policiesOfAudiences(context, [...touched.audiences]);
  return {
    devices: [...touched.devices],
    users: [...touched.users],
    policies: [...new Set([...touched.assignments, ...given])],
  };
}

export function isEmpty({ devices, users, policies, everything }: DeviceScope): boolean {
  return !everything && devices.length + users.length + policies.length === 0;
}

/** The query for the ids of the devices of a scope, deleted ones included; who belongs to an audience is looked up in `sources`. */
export async function idsInScope(
  context: ReadContext,
  scope: DeviceScope,
  sources?: AudienceSources,
): Promise<IdQuery> {
  return sql<Id>`${sql.join(await partsOfScope(context, scope, sources), sql` union `)}`;
}

/** The ids of the devices of a scope; undefined when they are more than `most`, and then not all have been looked for. */
export async function fewInScope(
  context: ReadContext,
  scope: DeviceScope,
  most: number,
): Promise<Id[] | undefined> {
  const parts = await partsOfScope(context, scope);
  // No part has an id twice, so one that is cut off is too many by itself.
  const cut = parts.map((part) => sql`(select id from (${part}) part (id) limit ${most + 1})`);
  const ids = await idsIn(context, sql<Id>`${sql.join(cut, sql` union `)}`);
  return ids.length > most ? undefined : ids;
}

/** How many devices a scope has. */
export async function countInScope(context: ReadContext, scope: DeviceScope): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count
    from (${await idsInScope(context, scope)}) device`.execute(context.db.connection);
  return rows[0]!.count;
}

/** Queries which together give the ids of the devices of a scope; none gives an id twice. */
async function partsOfScope(
  context: ReadContext,
  scope: DeviceScope,
  sources?: AudienceSources,
): Promise<IdQuery[]> {
  const { devices, users, policies } = scope;
  const targets = await targetsOf(context, policies);
  if (scope.everything || targets.allDevices) return [idsOfDevices(context, 'all')];
  const parts: IdQuery[] = [idsOfDevices(context, { devices, users, groups: targets.groups })];
  if (targets.allLicensedUsers) parts.push(idsOfDevices(context, 'withUser'));
  if (policies.length > 0) {
    parts.push(
      idsOfDevicesWithPolicy(context, policies),
      ...(await idsOfDevicesGivenByRules(context, policies, sources)),
    );
  }
  return parts;
}

/** What a query for ids gives, in the order of the ids. */
export async function idsIn({ db }: ReadContext, query: IdQuery): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`select id from (${query}) device (id) order by id`.execute(
    db.connection,
  );
  return rows.map((row) => row.id);
}

async function policiesOfAudiences({ db, scope }: ReadContext, audiences: readonly Id[]): Promise<Id[]> {
  if (audiences.length === 0) return [];
  const rows = await policiesTables(db)
    .selectFrom('policies_rule_audience as audience')
    .innerJoin('policies_rule_policy as action', (join) =>
      join
        .onRef('action.organization_id', '=', 'audience.organization_id')
        .onRef('action.rule_id', '=', 'audience.rule_id'),
    )
    .select('action.policy_id')
    .distinct()
    .where('audience.organization_id', '=', scope.organization.id)
    .where('audience.audience_id', '=', sql<Id>`any(${audiences}::uuid[])`)
    .execute();
  return rows.map((row) => row.policy_id);
}

/** Whom these policies are meant for by their targets. Whom they exclude they would otherwise be meant for. */
async function targetsOf({ db, scope }: ReadContext, policies: readonly Id[]) {
  const rows =
    policies.length === 0
      ? []
      : await policiesTables(db)
          .selectFrom('policies_target')
          .select('target')
          .distinct()
          .where('organization_id', '=', scope.organization.id)
          .where('policy_id', '=', sql<Id>`any(${policies}::uuid[])`)
          .execute();
  const targets = rows.map(({ target }) => target);
  return {
    allDevices: targets.some(({ kind }) => kind === 'allDevices'),
    allLicensedUsers: targets.some(({ kind }) => kind === 'allLicensedUsers'),
    groups: targets.flatMap((target) => (target.kind === 'group' ? [target.groupId as Id] : [])),
  };
}

/** The query for the ids of the devices that have one of these policies, from wherever, even if they take nothing of it; each once. */
export function idsOfDevicesWithPolicy({ scope }: ReadContext, policies: readonly Id[]): IdQuery {
  const organizationId = scope.organization.id;
  return sql<Id>`select device_id from policies_device_set
    where organization_id = ${organizationId} and set_id in (
      select set_id from policies_set_member
      where organization_id = ${organizationId} and policy_id = any(${policies}::uuid[]))`;
}

async function idsOfDevicesGivenByRules(
  context: ReadContext,
  policies: readonly Id[],
  sources?: AudienceSources,
): Promise<IdQuery[]> {
  const { db, scope } = context;
  const organizationId = scope.organization.id;
  const given = await policiesTables(db)
    .selectFrom('policies_rule_policy as action')
    .innerJoin('policies_rule as rule', (join) =>
      join
        .onRef('rule.organization_id', '=', 'action.organization_id')
        .onRef('rule.id', '=', 'action.rule_id'),
    )
    .innerJoin('policies_rule_audience as audience', (join) =>
      join
        .onRef('audience.organization_id', '=', 'rule.organization_id')
        .onRef('audience.rule_id', '=', 'rule.id'),
    )
    .select(['audience.audience_id as id', 'action.platform'])
    .distinct()
    .where('action.organization_id', '=', organizationId)
    .where('action.policy_id', '=', sql<Id>`any(${policies}::uuid[])`)
    .where('rule.enabled', '=', true)
    .execute();
  const audiences = await loadAudiences(
    db,
    given.map(({ id }) => ({ organizationId, id })),
  );
  return audiences.flatMap((audience, index) =>
    audience ? idsOfAudience(context, audience.selectors, given[index]!.platform, sources) : [],
  );
}
