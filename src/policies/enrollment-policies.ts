import { isDeepStrictEqual } from 'node:util';
import { sql, type RawBuilder } from '../database/index.ts';
import type { Enrollment } from '../devices/enrollments/index.ts';
import type { Platform } from '../devices/index.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { audit, type Permission, type ReadContext, type Scope, type WriteContext } from '../tenancy/index.ts';
import { requireAssignable, type AssignmentChange } from './assignments.ts';
import { deviceConfigurations } from './device-configurations.ts';
import type { PolicyFamily } from './policy.ts';
import { policiesTables } from './tables.ts';
import { windowsPolicies } from './windows-policy.ts';

/** A policy that the devices get which enrol by an enrolment, as if somebody assigned it to each. */
export interface EnrollmentPolicy {
  readonly id: Id;
  readonly name: string;
  /** Null in the primary slot. */
  readonly priority: number | null;
}

const families = { apple: deviceConfigurations, windows: windowsPolicies } as const satisfies Record<
  Platform,
  PolicyFamily<object>
>;

const permissionToAssign = {
  apple: 'deviceConfiguration.update',
  windows: 'windows.device.update',
} as const satisfies Record<Platform, Permission>;

/**
 * Says which policies the devices get that enrol by an enrolment from now on. Members that are absent stay as they are. Faults:
 * `forbidden`, `featureNotInPlan`, `invalidInput` (a policy that the organization does not have, one that is listed twice, a priority out of
 * range).
 */
export async function setEnrollmentPolicies(
  context: WriteContext,
  { id, platform, displayName }: Pick<Enrollment, 'id' | 'platform' | 'displayName'>,
  change: AssignmentChange,
): Promise<void> {
  const { primary, direct } = change;
  if (primary !== undefined || (direct && direct.length > 0)) requireMayAssign(context.scope, platform);
  await requireAssignable(context, families[platform], change);
  const kinds = [...(primary === undefined ? [] : ['primary']), ...(direct === undefined ? [] : ['direct'])];
  if (kinds.length === 0) return;
  const before = (await policiesOfEnrollments(context, [id])).get(id) ?? [];
  const organizationId = context.scope.organization.id;
  await policiesTables(context.db)
    .deleteFrom('policies_enrollment_policy')
    .where('organization_id', '=', organizationId)
    .where('enrollment_id', '=', id)
    .where('kind', '=', sql<'primary' | 'direct'>`any(${kinds}::text[])`)
    .execute();
  const row = (policyId: Id, priority: number | null) => ({
    organization_id: organizationId,
    enrollment_id: id,
    policy_id: policyId,
    kind: priority === null ? ('primary' as const) : ('direct' as const),
    priority,
  });
  const rows = [
    ...(primary ? [row(primary.id, null)] : []),
    ...(direct ?? []).map(({ policy, priority }) => row(policy.id, priority)),
  ];
  if (rows.length > 0) {
    await policiesTables(context.db).insertInto('policies_enrollment_policy').values(rows).execute();
  }
  const after = (await policiesOfEnrollments(context, [id])).get(id) ?? [];
  if (isDeepStrictEqual(before, after)) return;
  await audit(context, {
    action: 'enrollment.policies',
    target: { type: 'enrollment', id, name: displayName },
    before: { policies: before },
    after: { policies: after },
  });
}

/** Who says that devices get a policy assigns it. */
export function requireMayAssign({ principal }: Scope, platform: Platform): void {
  const permission = permissionToAssign[platform];
  if (principal.permissions.has(permission)) return;
  throw new Fault('forbidden', `The permission ${permission} is needed to give policies.`, {
    accepted: [permission],
  });
}

/** The policies of each of these enrolments, the primary one and then the strongest first, in one statement. */
export async function policiesOfEnrollments(
  { db, scope }: ReadContext,
  enrollmentIds: readonly Id[],
): Promise<Map<Id, EnrollmentPolicy[]>> {
  if (enrollmentIds.length === 0) return new Map();
  const rows = await policiesTables(db)
    .selectFrom('policies_enrollment_policy as given')
    .innerJoin('policies_policy as policy', (join) =>
      join
        .onRef('policy.organization_id', '=', 'given.organization_id')
        .onRef('policy.id', '=', 'given.policy_id'),
    )
    .select(['given.enrollment_id', 'policy.id', 'policy.name', 'given.priority'])
    .where('given.organization_id', '=', scope.organization.id)
    .where('given.enrollment_id', '=', sql<Id>`any(${enrollmentIds}::uuid[])`)
    .orderBy('given.kind', 'desc')
    .orderBy('given.priority')
    .orderBy('policy.id')
    .execute();
  const grouped = Map.groupBy(rows, (row) => row.enrollment_id);
  return new Map(
    [...grouped].map(([id, ofOne]) => [id, ofOne.map(({ id, name, priority }) => ({ id, name, priority }))]),
  );
}

/** Gives a device that has just enrolled the policies of its enrolment; a primary one takes the place of what the device had. */
export function assignByEnrollment(context: WriteContext, enrollmentId: Id, deviceId: Id): Promise<void> {
  return assignFrom(
    context,
    deviceId,
    sql`
      select kind, policy_id, priority from policies_enrollment_policy
      where organization_id = ${context.scope.organization.id} and enrollment_id = ${enrollmentId}`,
  );
}

/** Gives a device the policies that a query finds; a primary one takes the place of what the device had. */
export async function assignFrom(
  { db, scope, now, touched }: WriteContext,
  deviceId: Id,
  given: RawBuilder<unknown>,
): Promise<void> {
  const organizationId = scope.organization.id;
  const { numAffectedRows: replaced } = await sql`
    delete from policies_assignment
    where organization_id = ${organizationId} and device_id = ${deviceId} and kind = 'primary'
      and exists (select from (${given}) given where given.kind = 'primary')`.execute(db.connection);
  const { numAffectedRows } = await sql`
    insert into policies_assignment (organization_id, device_id, kind, policy_id, priority, assigned_at)
    select ${organizationId}, ${deviceId}, kind, policy_id, priority, ${now} from (${given}) given
    on conflict do nothing`.execute(db.connection);
  if (replaced || numAffectedRows) touched.devices.add(deviceId);
}

/** How many enrolments that were not withdrawn give a policy. */
export async function enrollmentsGiving({ db, scope }: ReadContext, policyId: Id): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from policies_enrollment_policy given
    join devices_enrollment enrollment
      on enrollment.organization_id = given.organization_id and enrollment.id = given.enrollment_id
    where given.organization_id = ${scope.organization.id} and given.policy_id = ${policyId}
      and enrollment.removed_at is null`.execute(db.connection);
  return rows[0]!.count;
}

/** Takes a policy from the enrolments that give it. */
export async function takeFromEnrollments({ db, scope }: WriteContext, policyId: Id): Promise<Id[]> {
  const rows = await policiesTables(db)
    .deleteFrom('policies_enrollment_policy')
    .where('organization_id', '=', scope.organization.id)
    .where('policy_id', '=', policyId)
    .returning('enrollment_id')
    .execute();
  return rows.map((row) => row.enrollment_id);
}
