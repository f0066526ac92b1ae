import { rootSegmentId } from '../../directory/index.ts';
import { Fault, notFound, type Violation } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { Platform } from '../index.ts';
import type { EnrollmentRow } from './tables.ts';

/** What an administrator says of an enrolment, and what the devices that enrol by it get from it. */
export interface EnrollmentContent {
  readonly platform: Platform;
  /** For people. */
  readonly displayName: string | null;
  /** How many devices may enrol; null for any number. */
  readonly maxUses: number | null;
  /** Null for never. */
  readonly expiresAt: Date | null;
  readonly tags: readonly string[];
  readonly userId: Id | null;
  readonly segment: number;
}

/** The permission for devices to enrol: whoever has its code may use it. */
export interface Enrollment extends EnrollmentContent {
  readonly id: Id;
  /** Which stands in for it in lists until a device has enrolled by it, and is that one then; null when none does. */
  readonly deviceId: Id | null;
  readonly uses: number;
  readonly revision: number;
  readonly createdAt: Date;
  /** When an administrator last changed it. */
  readonly updatedAt: Date;
  readonly removedAt: Date | null;
}

/** Whether devices can enrol by it, and if not, why. */
export type EnrollmentState = 'open' | 'spent' | 'expired' | 'removed';

export function stateOfEnrollment(enrollment: Enrollment, now: Date): EnrollmentState {
  const { removedAt, expiresAt, maxUses, uses } = enrollment;
  if (removedAt) return 'removed';
  if (expiresAt && expiresAt <= now) return 'expired';
  return maxUses !== null && uses >= maxUses ? 'spent' : 'open';
}

const refusals = {
  spent: { path: 'maxUses', message: 'has been used as often as it may be' },
  expired: { path: 'expiresAt', message: 'has expired' },
  removed: { path: 'id', message: 'was withdrawn' },
} as const satisfies Record<Exclude<EnrollmentState, 'open'>, Violation>;

/** Faults: `forbidden` when no device can enrol by it any more, which names the member of the enrolment that is the reason. */
export function requireOpen(enrollment: Enrollment, now: Date): void {
  const state = stateOfEnrollment(enrollment, now);
  if (state === 'open') return;
  const why = refusals[state];
  throw new Fault('forbidden', `This enrolment ${why.message}. Ask your administrator for a new one.`, {
    violations: [why],
  });
}

/** As `requireOpen`, but for one that is spent: a device that did not get the answer by which it was spent asks again. */
export function requireOpenOrSpent(enrollment: Enrollment, now: Date): void {
  if (stateOfEnrollment(enrollment, now) !== 'spent') requireOpen(enrollment, now);
}

export function enrollmentNotFound(id: Id): Fault {
  return notFound('Enrolment', hexOfId(id));
}

/** The columns of an enrolment, without those of its code. */
export const enrollmentColumns = [
  'id',
  'platform',
  'display_name',
  'max_uses',
  'uses',
  'expires_at',
  'tags',
  'user_id',
  'segment_id',
  'device_id',
  'revision',
  'created_at',
  'updated_at',
  'removed_at',
] as const satisfies (keyof EnrollmentRow)[];

export function enrollmentOfRow(row: Pick<EnrollmentRow, (typeof enrollmentColumns)[number]>): Enrollment {
  return {
    id: row.id,
    deviceId: row.device_id,
    platform: row.platform,
    displayName: row.display_name,
    maxUses: row.max_uses,
    uses: row.uses,
    expiresAt: row.expires_at,
    tags: row.tags,
    userId: row.user_id,
    segment: row.segment_id ?? rootSegmentId,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    removedAt: row.removed_at,
  };
}
