import { sql } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext, WriteContext } from '../tenancy/index.ts';
import { requireAssignable, type DirectAssignment } from './assignments.ts';
import { deviceConfigurations } from './device-configurations.ts';
import { policiesTables } from './tables.ts';

/** A policy that the devices get which enrol by an enrolment, as if somebody assigned it to each. */
export interface EnrollmentPolicy {
  readonly id: Id;
  readonly name: string;
  readonly priority: number;
}

/**
 * Says which policies the Apple devices get that enrol by a new enrolment. Faults: `featureNotInPlan`, `invalidInput` (a policy that the
 * organization does not have, one that is listed twice, a priority out of range).
 */
export async function addEnrollmentPolicies(
  context: WriteContext,
  enrollmentId: Id,
  given: readonly DirectAssignment[],
): Promise<void> {
  if (given.length === 0) return;
  await requireAssignable(context, deviceConfigurations, given);
  const rows = given.map(({ policy, priority }) => ({
    organization_id: context.scope.organization.id,
    enrollment_id: enrollmentId,
    policy_id: policy.id,
    priority,
  }));
  await policiesTables(context.db).insertInto('policies_enrollment_policy').values(rows).execute();
}

/** The policies of each of these enrolments, the strongest first, in one statement. */
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
    .orderBy('given.priority')
    .orderBy('policy.id')
    .execute();
  const grouped = Map.groupBy(rows, (row) => row.enrollment_id);
  return new Map(
    [...grouped].map(([id, ofOne]) => [id, ofOne.map(({ id, name, priority }) => ({ id, name, priority }))]),
  );
}

/** Gives a device that has just enrolled the policies of its enrolment. */
export async function assignByEnrollment(
  { db, scope, now, touched }: WriteContext,
  enrollmentId: Id,
  deviceId: Id,
): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into policies_assignment (organization_id, device_id, kind, policy_id, priority, assigned_at)
    select organization_id, ${deviceId}, 'direct', policy_id, priority, ${now} from policies_enrollment_policy
    where organization_id = ${scope.organization.id} and enrollment_id = ${enrollmentId}
    on conflict do nothing`.execute(db.connection);
  if (numAffectedRows) touched.devices.add(deviceId);
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
