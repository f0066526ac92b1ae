import { anyOf, type OwnedId, type Reader } from '../database/index.ts';
import { loadAudiences, matchAudience, type Audience } from '../devices/audiences/index.ts';
import type { Device, Platform } from '../devices/index.ts';
import { loadUsers } from '../directory/index.ts';
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

/** Automation rules, as far as it matters for what they give, with their audiences by id. */
interface GivingRules<Named> {
  readonly rules: readonly Pick<AutomationRule, 'id' | 'name' | 'audienceIds' | 'actions'>[];
  readonly audiences: ReadonlyMap<Id, Named>;
}

/** The enabled automation rules of one organization, the oldest first. */
export type EnabledRules = GivingRules<Audience>;

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

/** That a rule gives a policy to a device. */
export interface GivenPolicy {
  readonly policyId: Id;
  readonly assignment: EnforcedPolicy<object>['assignment'];
}

/**
 * What automation rules give each of these devices now, with the audiences that say so. Nothing is stored: what a device stops matching,
 * it stops having. At most one statement, none when no rule asks for users.
 */
export async function givenByRules(
  reader: Reader,
  wanted: readonly WantedEnforcement[],
): Promise<GivenPolicy[][]> {
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
  return wanted.map(({ organizationId, device, enabled }) => {
    const user = device.user ? users.get(textOf({ organizationId, id: device.user.id })) : undefined;
    return givenTo(device.platform, enabled, (audience) => matchAudience(audience.selectors, device, user));
  });
}

/** What the rules give a device of a platform, of which `reasonsOf` says why it belongs to an audience; an empty list when it does not. */
export function givenTo<Named extends Pick<Audience, 'name'>>(
  platform: Platform,
  { rules, audiences }: GivingRules<Named>,
  reasonsOf: (audience: Named) => readonly string[],
): GivenPolicy[] {
  return rules.flatMap(({ id: ruleId, name, audienceIds, actions }) => {
    const ofPlatform = actions.filter((action) => action.platform === platform);
    if (ofPlatform.length === 0) return [];
    const matched = audienceIds.flatMap((audienceId): MatchedAudience | [] => {
      const audience = audiences.get(audienceId);
      if (!audience) return [];
      const reasons = reasonsOf(audience);
      return reasons.length > 0 ? { id: audienceId, name: audience.name, reasons } : [];
    });
    if (matched.length === 0) return [];
    return ofPlatform.map(({ policyId, priority, assignedAt }) => ({
      policyId,
      assignment: {
        source: { kind: 'rule' as const, priority, ruleId },
        assignedAt,
        rule: { name, audiences: matched },
      },
    }));
  });
}

/** The policies of a family that automation rules give each of these devices now, the strongest first. At most two statements. */
export async function loadEnforcedPolicies<Document extends object>(
  reader: Reader,
  family: PolicyFamily<Document>,
  wanted: readonly WantedEnforcement[],
): Promise<EnforcedPolicy<Document>[][]> {
  const given = await givenByRules(reader, wanted);
  const keyOf = (index: number, { policyId }: GivenPolicy): OwnedId => ({
    organizationId: wanted[index]!.organizationId,
    id: policyId,
  });
  const policies = await found(
    reader,
    (db, keys) => loadPolicies(db, family, keys),
    given.flatMap((ofDevice, index) => ofDevice.map((item) => keyOf(index, item))),
  );
  return given.map((ofDevice, index) =>
    strongestFirst(
      ofDevice.flatMap((item) => {
        const policy = policies.get(textOf(keyOf(index, item)));
        return policy ? { policy, assignment: item.assignment } : [];
      }),
    ),
  );
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
