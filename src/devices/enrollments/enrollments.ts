import { listPage, sql, type Listed, type Page, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { ListPart, ReadContext, WriteContext } from '../../tenancy/index.ts';
import type { Platform } from '../index.ts';
import { hashCode } from './code.ts';
import { enrollmentColumns, enrollmentNotFound, enrollmentOfRow, type Enrollment } from './enrollment.ts';
import { enrollmentTables } from './tables.ts';

/** An enrolment with the code that lets devices enrol. */
export interface EnrollmentWithCode extends Enrollment {
  readonly code: Secret;
}

/** Enrolments that were not removed, oldest first. It takes what a change has, because codes are stored encrypted. */
export async function listEnrollments(context: WriteContext, part: ListPart): Promise<EnrollmentWithCode[]> {
  let query = selectKept(context).orderBy('id').limit(part.limit);
  if (part.after) query = query.where('id', '>', part.after);
  return (await query.execute()).map((row) => withCode(context, row));
}

const sortColumns = {
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  displayName: 'display_name',
  expiresAt: 'expires_at',
} as const;

export type EnrollmentSortField = keyof typeof sortColumns;

/** A page of the enrolments for a platform that were not removed. See `listEnrollments`. */
export async function pageOfEnrollments(
  context: WriteContext,
  { platform, segments }: { readonly platform: Platform; readonly segments: readonly number[] | undefined },
  page: Page<EnrollmentSortField>,
): Promise<Listed<EnrollmentWithCode>> {
  const matching = selectKept(context)
    .where('platform', '=', platform)
    .$if(segments !== undefined, (query) =>
      query.where(sql<boolean>`coalesce(segment_id, 0) = any(${segments}::integer[])`),
    );
  const { items, total } = await listPage(matching, sortColumns, page);
  return { items: items.map((row) => withCode(context, row)), total };
}

/** Faults: `notFound`. */
export async function requireEnrollment(context: WriteContext, id: Id): Promise<EnrollmentWithCode> {
  const row = await selectKept(context).where('id', '=', id).executeTakeFirst();
  if (!row) throw enrollmentNotFound(id);
  return withCode(context, row);
}

/** What a code is for, in whichever organization; removed enrolments are found too. Undefined for a code that nobody was given. */
export async function findEnrollment(
  db: Reader,
  code: Secret,
): Promise<{ readonly organizationId: Id; readonly enrollment: Enrollment } | undefined> {
  const row = await enrollmentTables(db)
    .selectFrom('devices_enrollment')
    .select(['organization_id', ...enrollmentColumns])
    .where('code_hash', '=', hashCode(code))
    .executeTakeFirst();
  return row && { organizationId: row.organization_id, enrollment: enrollmentOfRow(row) };
}

/** An enrolment, removed ones too. Faults: `notFound`. */
export async function enrollmentWithId(db: Reader, organizationId: Id, id: Id): Promise<Enrollment> {
  const row = await enrollmentTables(db)
    .selectFrom('devices_enrollment')
    .select(enrollmentColumns)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw enrollmentNotFound(id);
  return enrollmentOfRow(row);
}

export function purposeOfCode({ scope }: ReadContext, id: Id): string {
  return `devices_enrollment.code:${scope.organization.id}/${id}`;
}

function selectKept({ db, scope }: ReadContext) {
  return enrollmentTables(db)
    .selectFrom('devices_enrollment')
    .select(['code', ...enrollmentColumns])
    .where('organization_id', '=', scope.organization.id)
    .where('removed_at', 'is', null);
}

function withCode(
  context: WriteContext,
  row: Parameters<typeof enrollmentOfRow>[0] & { readonly code: Buffer | null },
): EnrollmentWithCode {
  if (!row.code) throw new Error('an enrolment that was not removed has a code');
  const code = context.secrets.open(row.code, purposeOfCode(context, row.id));
  return { ...enrollmentOfRow(row), code };
}
