import { sql } from '../database/index.ts';
import type { Platform } from '../devices/index.ts';
import { rootSegmentId } from '../directory/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import { loadAssignedPolicies, type AssignedPolicy } from './assignments.ts';
import { deviceConfigurations } from './device-configurations.ts';
import { strongestFirst } from './engine/index.ts';
import type { Policy } from './policy.ts';
import { policiesTables, type PolicyRow } from './tables.ts';
import { windowsPolicies } from './windows-policy.ts';

/** Every policy is of one of these. */
export const policyFamilies = [windowsPolicies, deviceConfigurations] as const;

export type AnyPolicyFamily = (typeof policyFamilies)[number];

/** A policy of any family without its document. */
export interface PolicySummary extends Omit<Policy, 'document'> {
  readonly family: AnyPolicyFamily;
  readonly platform: Platform;
  /** Devices that have it by themselves, as primary policy or with a priority. */
  readonly deviceCount: number;
}

export type PolicyOfAnyFamily = PolicySummary & Pick<Policy<object>, 'document'>;

/** Policies of these families, of which there is at least one, the oldest first, in one statement. */
export async function listPolicySummaries(
  context: ReadContext,
  families: readonly AnyPolicyFamily[],
  { after, limit }: { readonly after?: Id | undefined; readonly limit: number },
): Promise<PolicySummary[]> {
  let query = selectSummaries(context, families).orderBy('policy.id').limit(limit);
  if (after !== undefined) query = query.where('policy.id', '>', after);
  return (await query.execute()).map(summaryOfRow);
}

/** The policy with this id if it is of one of these families, of which there is at least one. */
export async function getPolicyOfAnyFamily(
  context: ReadContext,
  families: readonly AnyPolicyFamily[],
  id: Id,
): Promise<PolicyOfAnyFamily | undefined> {
  const row = await selectSummaries(context, families)
    .select('policy.document')
    .where('policy.id', '=', id)
    .executeTakeFirst();
  if (!row) return undefined;
  const summary = summaryOfRow(row);
  return { ...summary, document: summary.family.read(row.document) };
}

/** The policies of every family that a device has by itself, the strongest first. */
export async function policiesOfDevice(
  { db, scope }: ReadContext,
  deviceId: Id,
): Promise<AssignedPolicy<object>[]> {
  const devices = [{ organizationId: scope.organization.id, id: deviceId }];
  const ofFamilies = await Promise.all(
    policyFamilies.map((family) => loadAssignedPolicies<object>(db, family, devices)),
  );
  return strongestFirst(ofFamilies.flat(2));
}

function selectSummaries({ db, scope }: ReadContext, families: readonly AnyPolicyFamily[]) {
  return policiesTables(db)
    .selectFrom('policies_policy as policy')
    .select([
      'policy.id',
      'policy.kind',
      'policy.name',
      'policy.description',
      'policy.segment_id',
      'policy.expose_to_children',
      'policy.version',
      'policy.created_at',
      'policy.updated_at',
    ])
    .select((from) =>
      from
        .selectFrom('policies_assignment as assignment')
        .select(sql<number>`count(distinct assignment.device_id)`.as('count'))
        .whereRef('assignment.organization_id', '=', 'policy.organization_id')
        .whereRef('assignment.policy_id', '=', 'policy.id')
        .as('device_count'),
    )
    .where('policy.organization_id', '=', scope.organization.id)
    .where(
      'policy.kind',
      'in',
      families.flatMap(({ kinds }) => [...kinds]),
    );
}

type SummaryRow = Omit<PolicyRow, 'organization_id' | 'document'> & { readonly device_count: number | null };

function summaryOfRow(row: SummaryRow): PolicySummary {
  return {
    id: row.id,
    family: familyOfKind(row.kind),
    kind: row.kind,
    platform: platformOfKind(row.kind),
    name: row.name,
    description: row.description,
    segment: row.segment_id ?? rootSegmentId,
    exposeToChildren: row.expose_to_children,
    version: row.version,
    deviceCount: row.device_count ?? 0,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The family of a kind that one of them has. */
export function familyOfKind(kind: string): AnyPolicyFamily {
  return policyFamilies.find(({ kinds }) => kinds.includes(kind))!;
}

/** Both vendors begin the kinds that are for Windows with its name. */
export function platformOfKind(kind: string): Platform {
  return kind.startsWith('win') ? 'windows' : 'apple';
}
