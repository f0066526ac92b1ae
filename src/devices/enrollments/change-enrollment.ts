import { isDeepStrictEqual } from 'node:util';
import { brokenForeignKey, sql } from '../../database/index.ts';
import { rootSegmentId, usersByIds } from '../../directory/index.ts';
import { requireRevision } from '../../kernel/etag.ts';
import { Fault, invalidInput, type Violation } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { Secret } from '../../kernel/secret.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { requireSegmentOfInput } from '../index.ts';
import { hashCode } from './code.ts';
import {
  enrollmentColumns,
  enrollmentNotFound,
  enrollmentOfRow,
  requireOpen,
  type Enrollment,
  type EnrollmentContent,
} from './enrollment.ts';
import { purposeOfCode, requireEnrollment, type EnrollmentWithCode } from './enrollments.ts';
import { addStandIn, changeStandIn, removeStandIn } from './stand-in.ts';
import { enrollmentTables } from './tables.ts';

export type NewEnrollment = Pick<EnrollmentContent, 'platform'> &
  Partial<EnrollmentContent> & {
    /** See `newEnrollmentCode`. */
    readonly code: Secret;
    /** Whether lists of devices have it until a device has enrolled by it. */
    readonly isListed?: boolean;
  };

/** Faults: `invalidInput` (a user or segment that the organization does not have, an end in the past). */
export async function createEnrollment(
  context: WriteContext,
  { code, isListed = false, ...content }: NewEnrollment,
): Promise<EnrollmentWithCode> {
  const { db, scope, now, newId, secrets } = context;
  const checked: Enrollment = {
    displayName: null,
    maxUses: null,
    expiresAt: null,
    tags: [],
    userId: null,
    segment: rootSegmentId,
    ...content,
    id: newId(),
    deviceId: null,
    uses: 0,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    removedAt: null,
  };
  await refuseWrong(context, checked);
  const deviceId = isListed ? await addStandIn(context, checked) : null;
  const enrollment: Enrollment = { ...checked, deviceId };
  try {
    await enrollmentTables(db)
      .insertInto('devices_enrollment')
      .values({
        organization_id: scope.organization.id,
        id: enrollment.id,
        platform: enrollment.platform,
        code_hash: hashCode(code),
        code: secrets.seal(code, purposeOfCode(context, enrollment.id)),
        uses: 0,
        device_id: deviceId,
        ...changeableColumns(enrollment),
        created_at: now,
        removed_at: null,
      })
      .execute();
  } catch (error) {
    throw faultOfReference(error);
  }
  await audit(context, {
    action: 'enrollment.create',
    target: targetOf(enrollment),
    before: null,
    after: enrollment,
  });
  return { ...enrollment, code };
}

/** What an administrator can change of an enrolment. Members that are absent stay as they are. */
export type EnrollmentChange = {
  readonly [Name in keyof Omit<EnrollmentContent, 'platform'>]?: EnrollmentContent[Name] | undefined;
};

/**
 * Changes what is said of an enrolment. Devices that enrolled by it before keep what they got. Faults: `notFound`, `preconditionFailed`,
 * `invalidInput` (see `createEnrollment`; fewer uses than there were).
 */
export async function updateEnrollment(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
  change: EnrollmentChange,
): Promise<EnrollmentWithCode> {
  const { db, scope, now } = context;
  const before = await lockEnrollment(context, id);
  if (before.removedAt) throw enrollmentNotFound(id);
  requireRevision(ifMatch, before.revision);
  const content = { ...before, ...given(change) };
  if (isDeepStrictEqual(content, before)) return requireEnrollment(context, id);
  await refuseWrong(context, content, before);
  const after: Enrollment = { ...content, revision: before.revision + 1, updatedAt: now };
  try {
    await enrollmentTables(db)
      .updateTable('devices_enrollment')
      .set(changeableColumns(after))
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute();
  } catch (error) {
    throw faultOfReference(error);
  }
  await changeStandIn(context, after);
  await audit(context, {
    action: 'enrollment.update',
    target: targetOf(after),
    before: auditable(before),
    after: auditable(after),
  });
  return requireEnrollment(context, id);
}

function auditable({ displayName, maxUses, expiresAt, tags, userId, segment }: Enrollment) {
  return { displayName, maxUses, expiresAt, tags, userId, segment };
}

function given(change: EnrollmentChange): Partial<EnrollmentContent> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** The columns that an administrator's change can touch. */
function changeableColumns(enrollment: Enrollment) {
  return {
    display_name: enrollment.displayName,
    max_uses: enrollment.maxUses,
    expires_at: enrollment.expiresAt,
    tags: [...enrollment.tags],
    user_id: enrollment.userId,
    segment_id: enrollment.segment === rootSegmentId ? null : enrollment.segment,
    revision: enrollment.revision,
    updated_at: enrollment.updatedAt,
  };
}

function faultOfReference(error: unknown): unknown {
  if (brokenForeignKey(error) === undefined) return error;
  return new Fault('invalidInput', 'The user or segment was removed by somebody else just now.', {
    cause: error,
  });
}

/**
 * Withdraws an enrolment: no device can enrol by it any more, and its code is forgotten. What enrolled by it stays enrolled.
 * Faults: `notFound`.
 */
export async function removeEnrollment(context: WriteContext, id: Id): Promise<void> {
  const { db, scope, now } = context;
  const before = await lockEnrollment(context, id);
  if (before.removedAt) throw enrollmentNotFound(id);
  await enrollmentTables(db)
    .updateTable('devices_enrollment')
    // It no longer stands in the way when its user or segment is removed.
    .set({ removed_at: now, code: null, user_id: null, segment_id: null })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await removeStandIn(context, before);
  await audit(context, { action: 'enrollment.remove', target: targetOf(before), before, after: null });
}

/**
 * Counts one more device. Whoever redeems the same enrolment at the same time waits, so none is counted twice and none beyond the limit.
 * Faults: `forbidden` (spent, expired, removed), `notFound`.
 */
export async function redeemEnrollment(context: WriteContext, id: Id): Promise<Enrollment> {
  const { db, scope, now } = context;
  const before = await lockEnrollment(context, id);
  requireOpen(before, now);
  await enrollmentTables(db)
    .updateTable('devices_enrollment')
    .set({ uses: sql<number>`uses + 1` })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  const after = { ...before, uses: before.uses + 1 };
  await audit(context, { action: 'enrollment.redeem', target: targetOf(after), before, after });
  return after;
}

/** Makes whoever else is about to redeem or remove the same enrolment wait; removed ones too. Faults: `notFound`. */
export async function lockEnrollment({ db, scope }: WriteContext, id: Id): Promise<Enrollment> {
  const row = await enrollmentTables(db)
    .selectFrom('devices_enrollment')
    .select(enrollmentColumns)
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw enrollmentNotFound(id);
  return enrollmentOfRow(row);
}

/** What stays as it was `before` was right then. */
async function refuseWrong(
  context: WriteContext,
  enrollment: Enrollment,
  before?: Enrollment,
): Promise<void> {
  const { expiresAt, maxUses, uses, userId, segment } = enrollment;
  const violations: Violation[] = [];
  if (expiresAt && expiresAt <= context.now && expiresAt.getTime() !== before?.expiresAt?.getTime()) {
    violations.push({ path: 'expiresAt', message: 'must be in the future' });
  }
  if (maxUses !== null && (!Number.isInteger(maxUses) || maxUses < 1)) {
    violations.push({ path: 'maxUses', message: 'must be an integer from 1 on' });
  }
  if (maxUses !== null && maxUses < uses) {
    violations.push({ path: 'maxUses', message: `must not be less than the ${uses} devices that enrolled` });
  }
  if (userId && !(await usersByIds(context, [userId])).has(userId)) {
    const message = `'${hexOfId(userId)}' is not a user of this organization`;
    violations.push({ path: 'userId', message });
  }
  if (violations.length > 0) throw invalidInput(violations);
  await requireSegmentOfInput(context, segment);
}

function targetOf({ id, displayName }: Enrollment) {
  return { type: 'enrollment', id, name: displayName };
}
