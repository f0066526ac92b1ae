import { anyOf, type OwnedId, type Reader } from '../database/index.ts';
import { loadAudiences, matchAudience, type Audience } from '../devices/audiences/index.ts';
import type { Device } from '../devices/index.ts';
import { loadUsers, type User } from '../directory/index.ts';
import type { Id } from '../kernel/id.ts';
import type { AutomationRule } from './automation-rule.ts';
import { ruleOfRow, selectRules } from './automation-rules.ts';
import {
  strongestFirst,
  type Assigned,
  type Assignment,
  type AssignmentSource,
  type MatchedAudience,
} from './engine/index.ts';
import { loadPolicies } from './policies.ts';
import type { Policy, PolicyFamily } from './policy.ts';

type RuleSource = Extract<AssignmentSource, { readonly kind: 'rule' }>;

/** A policy that an automation rule gives a device, and the audiences of the rule that the device belongs to. */
export interface EnforcedPolicy<Document extends object> extends Assigned<Policy<Document>, RuleSource> {
  readonly assignment: Assignment<RuleSource> & Required<Pick<Assignment, 'rule'>>;
}

/** The enabled automation rules of one organization, the oldest first, with their audiences by id. */
export interface EnabledRules {
  readonly rules: readonly AutomationRule[];
  readonly audiences: ReadonlyMap<Id, Audience>;
}

/** A device with the organization that has it and the organization's rules. */
export interface WantedEnforcement {
  readonly organizationId: Id;
  readonly device: Device;
  readonly enabled: EnabledRules;
}

type Found<Kind> = ReadonlyMap<string, Kind>;

/** The enabled rules of these organizations, in their order: two statements, one when there are no rules. */
export async function loadEnabledRules(
  reader: Reader,
  organizationIds: readonly Id[],
): Promise<EnabledRules[]> {
  const rows = await selectRules(reader)
    .where('rule.organization_id', '=', anyOf(organizationIds))
    .where('rule.enabled', '=', true)
    .execute();
  const byOrganization = Map.groupBy(rows, (row) => row.organization_id);
  const rulesOf = (id: Id) => (byOrganization.get(id) ?? []).map(ruleOfRow);
  const keys = [...byOrganization.keys()].flatMap((organizationId) =>
    rulesOf(organizationId).flatMap(({ audienceIds }) => audienceIds.map((id) => ({ organizationId, id }))),
  );
  const audiences = await found(reader, loadAudiences, keys);
  return organizationIds.map((organizationId) => {
    const rules = rulesOf(organizationId);
    const ofRules = rules.flatMap(({ audienceIds }) =>
      audienceIds.flatMap((id) => {
        // The rule may have lost it, and it may have been removed, since the rule was read.
        const audience = audiences.get(textOf({ organizationId, id }));
        return audience ? [[id, audience] as const] : [];
      }),
    );
    return { rules, audiences: new Map(ofRules) };
  });
}

/**
 * The policies that automation rules give each of these devices now, with the audiences that say so, the strongest first. Nothing is
 * stored: what a device stops matching, it stops having. At most two statements, none when there are no rules.
 */
export async function loadEnforcedPolicies<Document extends object>(
  reader: Reader,
  family: PolicyFamily<Document>,
  wanted: readonly WantedEnforcement[],
): Promise<EnforcedPolicy<Document>[][]> {
  const needUsers = wanted.some(({ enabled }) =>
    [...enabled.audiences.values()].some(({ selectors }) => selectors.mdmUserGroups.length > 0),
  );
  const users = await found(
    reader,
    loadUsers,
    needUsers
      ? wanted.flatMap(({ organizationId, device: { user } }) =>
          user ? { organizationId, id: user.id } : [],
        )
      : [],
  );
  const given = wanted.map((one) => givenTo(one, users));
  const policies = await found(
    reader,
    (db, keys) => loadPolicies(db, family, keys),
    given.flat().map(({ organizationId, action }) => ({ organizationId, id: action.policyId })),
  );
  return given.map((ofDevice) =>
    strongestFirst(
      ofDevice.flatMap(({ organizationId, action: { policyId, priority, assignedAt }, rule }) => {
        const policy = policies.get(textOf({ organizationId, id: policyId }));
        if (!policy) return [];
        const source = { kind: 'rule' as const, priority, ruleId: rule.id };
        return [{ policy, assignment: { source, assignedAt, rule } }];
      }),
    ),
  );
}

function givenTo(
  { organizationId, device, enabled: { rules, audiences } }: WantedEnforcement,
  users: Found<User>,
) {
  const user = device.user ? users.get(textOf({ organizationId, id: device.user.id })) : undefined;
  return rules.flatMap(({ id, name, audienceIds, actions }) => {
    const ofPlatform = actions.filter(({ platform }) => platform === device.platform);
    if (ofPlatform.length === 0) return [];
    const matched = audienceIds.flatMap((audienceId): MatchedAudience | [] => {
      const audience = audiences.get(audienceId);
      if (!audience) return [];
      const reasons = matchAudience(audience.selectors, device, user);
      return reasons.length > 0 ? { id: audienceId, name: audience.name, reasons } : [];
    });
    if (matched.length === 0) return [];
    return ofPlatform.map((action) => ({ organizationId, action, rule: { id, name, audiences: matched } }));
  });
}

async function found<Kind>(
  reader: Reader,
  load: (reader: Reader, keys: readonly OwnedId[]) => Promise<readonly (Kind | undefined)[]>,
  keys: readonly OwnedId[],
): Promise<Found<Kind>> {
  if (keys.length === 0) return new Map();
  const loaded = await load(reader, keys);
  return new Map(
    keys.flatMap((key, index) => {
      const one = loaded[index];
      return one === undefined ? [] : [[textOf(key), one] as const];
    }),
  );
}

function textOf({ organizationId, id }: OwnedId): string {
  return `${organizationId} ${id}`;
}
