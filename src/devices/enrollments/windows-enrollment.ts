import { isDeepStrictEqual } from 'node:util';
import type { Reader } from '../../database/index.ts';
import { invalidInput } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { lockEnrollment } from './change-enrollment.ts';
import { enrollmentTables } from './tables.ts';

/** How an organization's PCs enrol. */
export interface WindowsEnrollment {
  /** How users are asked for the code at the organization's own address, where the PC offers both ways. */
  readonly authPolicy: 'OnPremise' | 'Federated';
  /** Null when no PC enrols by Entra ID. */
  readonly entra: EntraEnrollment | null;
}

/** Whose tokens are taken from PCs that join Entra ID, and by which enrolment they enrol then. */
export interface EntraEnrollment {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys (RFC 7517). */
  readonly jwksUrl: string;
  /** The token's `tid`. */
  readonly tenantId: string;
  readonly enrollmentId: Id;
}

const usual: WindowsEnrollment = { authPolicy: 'OnPremise', entra: null };

export async function windowsEnrollmentOf(db: Reader, organizationId: Id): Promise<WindowsEnrollment> {
  const row = await enrollmentTables(db)
    .selectFrom('devices_windows_enrollment')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  if (!row) return usual;
  const entra = row.entra && { ...row.entra, enrollmentId: row.entra_enrollment_id! };
  return { authPolicy: row.auth_policy, entra };
}

/** Faults: `invalidInput` (an enrolment that is not there or not for Windows). */
export async function setWindowsEnrollment(
  context: WriteContext,
  content: WindowsEnrollment = usual,
): Promise<WindowsEnrollment> {
  const { db, scope } = context;
  const organizationId = scope.organization.id;
  const before = await windowsEnrollmentOf(db, organizationId);
  if (isDeepStrictEqual(before, content)) return before;
  if (content.entra) await requireForWindows(context, content.entra.enrollmentId);
  const { enrollmentId = null, ...entra } = content.entra ?? {};
  const columns = {
    auth_policy: content.authPolicy,
    entra: content.entra && JSON.stringify(entra),
    entra_enrollment_id: enrollmentId,
  };
  await enrollmentTables(db)
    .insertInto('devices_windows_enrollment')
    .values({ organization_id: organizationId, ...columns })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(columns))
    .execute();
  await audit(context, {
    action: 'windowsEnrollment.update',
    target: { type: 'windowsEnrollment', id: organizationId },
    before,
    after: content,
  });
  return content;
}

async function requireForWindows(context: WriteContext, id: Id): Promise<void> {
  const enrollment = await lockEnrollment(context, id).catch(() => undefined);
  if (enrollment?.platform === 'windows' && !enrollment.removedAt) return;
  const message = `'${hexOfId(id)}' is not an enrolment for Windows of this organization`;
  throw invalidInput([{ path: 'entra.enrollmentId', message }]);
}
