import { sql } from '../../database/index.ts';
import { Fault } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { recordEvents } from '../events/index.ts';
import { deviceKey, lockDevice, noteEnrolled, saveDevice } from '../index.ts';
import { nameOfAccount, type DmAccount, type LockedAccount } from './account.ts';
import { dmAccountTables, type CertificateOfAccountRow, type DmAccountRow } from './tables.ts';

/**
 * How a call names an account. A name that was not proved (`dmDeviceId`, and `deviceId` before the digest was checked) says only whom to ask
 * for proof; of a certificate, `fingerprint` is the SHA-256, and the caller has seen that the PC has its key.
 */
export type AccountKey =
  | { readonly deviceId: Id }
  | { readonly fingerprint: Buffer }
  | { readonly dmDeviceId: string };

/**
 * The account that is meant, ended ones too; other calls of the same PC wait. A certificate in place of the PC's is taken for it from its first
 * use on. Undefined when there is none. Faults: `tokenInvalid` for an account whose certificate was revoked, and for a certificate that was
 * revoked or has expired.
 */
export async function lockAccount(
  context: WriteContext,
  key: AccountKey,
): Promise<LockedAccount | undefined> {
  const { db, scope, now } = context;
  const shown = 'fingerprint' in key ? await certificateWith(context, key.fingerprint) : undefined;
  if ('fingerprint' in key && !shown) return undefined;
  if (shown && shown.not_after <= now) throw expired(shown);
  const row = await accountsLike(context, shown ? { certificate: shown } : (key as UnprovedKey))
    // An account that ended may have the name of one that is there.
    .orderBy('state', 'desc')
    .orderBy('enrolled_at', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const certificate = shown ?? (await certificateWith(context, row.certificate_fingerprint))!;
  if (certificate.revoked_at) throw revoked(certificate);
  if (!row.certificate_fingerprint.equals(certificate.fingerprint)) {
    await dmAccountTables(db)
      .updateTable('devices_dm_account')
      .set({ certificate_fingerprint: certificate.fingerprint })
      .where('organization_id', '=', scope.organization.id)
      .where('device_id', '=', row.device_id)
      .execute();
  }
  return lockedAccountOfRow(context, row, certificate);
}

type UnprovedKey = Exclude<AccountKey, { readonly fingerprint: Buffer }>;

function accountsLike(
  { db, scope }: ReadContext,
  key: UnprovedKey | { readonly certificate: CertificateOfAccountRow },
) {
  const accounts = dmAccountTables(db)
    .selectFrom('devices_dm_account')
    .selectAll()
    .where('organization_id', '=', scope.organization.id);
  if ('deviceId' in key) return accounts.where('device_id', '=', key.deviceId);
  if ('dmDeviceId' in key) return accounts.where('dm_device_id', '=', key.dmDeviceId);
  const { fingerprint, renewed } = key.certificate;
  const good = renewed ? [fingerprint, renewed] : [fingerprint];
  return accounts.where('certificate_fingerprint', '=', sql<Buffer>`any(${good}::bytea[])`);
}

/** A certificate of the organization's authority, with the fingerprint of the one in whose place it was issued. */
async function certificateWith(
  { db, scope }: ReadContext,
  fingerprint: Buffer,
): Promise<CertificateOfAccountRow | undefined> {
  return dmAccountTables(db)
    .selectFrom('devices_certificate as certificate')
    .leftJoin('devices_certificate as former', (join) =>
      join
        .onRef('former.organization_id', '=', 'certificate.organization_id')
        .onRef('former.serial_number', '=', 'certificate.renews'),
    )
    .select([
      'certificate.serial_number',
      'certificate.fingerprint',
      'certificate.not_after',
      'certificate.revoked_at',
      'former.fingerprint as renewed',
    ])
    .where('certificate.organization_id', '=', scope.organization.id)
    .where('certificate.fingerprint', '=', fingerprint)
    .executeTakeFirst();
}

function revoked({ serial_number, revoked_at }: CertificateOfAccountRow): Fault {
  const when = revoked_at?.toISOString();
  return new Fault('tokenInvalid', `The certificate ${serial_number} of the PC was revoked at ${when}.`);
}

function expired({ serial_number, not_after }: CertificateOfAccountRow): Fault {
  const when = not_after.toISOString();
  return new Fault('tokenInvalid', `The certificate ${serial_number} of the PC expired at ${when}.`);
}

/** What a call of a PC changes of its account. Members that are absent stay as they are. */
interface AccountChange {
  readonly nonce?: Buffer;
  /** Null ends the session. */
  readonly session?: JsonObject | null;
  readonly reportDueAt?: Date;
}

/**
 * Writes what a call of a PC, which has shown who it is, changes of its locked account: at least that it was seen. The first one finishes the
 * enrolment.
 */
export async function saveAccount(
  context: WriteContext,
  deviceId: Id,
  { nonce, session, reportDueAt }: AccountChange,
): Promise<void> {
  const { db, scope, now } = context;
  const before = dmAccountTables(db)
    .selectFrom('devices_dm_account as before')
    .select('before.last_seen_at')
    .where('before.organization_id', '=', scope.organization.id)
    .where('before.device_id', '=', deviceId);
  const row = await dmAccountTables(db)
    .updateTable('devices_dm_account')
    .set({
      last_seen_at: now,
      ...(nonce !== undefined && { nonce }),
      ...(session !== undefined && {
        session: session && JSON.stringify(session),
        session_at: session && now,
      }),
      ...(reportDueAt !== undefined && { report_due_at: reportDueAt }),
    })
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', deviceId)
    .returning(before.as('seen_before'))
    .executeTakeFirst();
  if (row?.seen_before === null) await finishEnrollment(context, deviceId);
}

async function finishEnrollment(context: WriteContext, deviceId: Id): Promise<void> {
  const device = await lockDevice(context, 'windows', deviceKey(hexOfId(deviceId)));
  // One that shall leave before it has called still shall.
  if (device.state === 'PROVISIONING') {
    await saveDevice(context, device, { state: { to: 'ACTIVE', reason: 'enrolled' } });
  }
  await noteEnrolled(context, deviceId);
  await recordEvents(context, deviceId, [{ title: 'The PC enrolled.', details: {} }]);
}

export function accountOfRow(row: DmAccountRow): DmAccount {
  return {
    deviceId: row.device_id,
    dmDeviceId: row.dm_device_id,
    kind: row.kind,
    state: row.state,
    enrollmentId: row.enrollment_id,
    enrolledAt: row.enrolled_at,
    endedAt: row.ended_at,
    lastSeenAt: row.last_seen_at,
    reportDueAt: row.report_due_at,
  };
}

function lockedAccountOfRow(
  context: WriteContext,
  row: DmAccountRow,
  certificate: CertificateOfAccountRow,
): LockedAccount {
  return {
    ...accountOfRow(row),
    name: nameOfAccount(row.device_id),
    credential: context.secrets.open(row.credential, purposeOfCredential(context, row.device_id)),
    nonce: row.nonce,
    session: row.session,
    sessionAt: row.session_at,
    certificateSerial: certificate.serial_number,
    certificateEnds: certificate.not_after,
  };
}

export function purposeOfCredential({ scope }: ReadContext, deviceId: Id): string {
  return `devices_dm_account.credential:${scope.organization.id}/${deviceId}`;
}
