import { createHash, type KeyObject } from 'node:crypto';
import { sql } from '../../database/index.ts';
import { Fault } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { Secret } from '../../kernel/secret.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import {
  fingerprintOfKey,
  issueCertificate,
  lockCertificate,
  revokeCertificate,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../certificate-authority/index.ts';
import { cancelCommands } from '../commands/index.ts';
import {
  createEnrollingDevice,
  lockEnrollment,
  lockStandIn,
  redeemEnrollment,
  replaceStandIn,
  requireOpenOrSpent,
  type Enrollment,
} from '../enrollments/index.ts';
import { recordEvents } from '../events/index.ts';
import { applyFacts, deviceKey, lockDevice, makeDevice, saveDevice, type ReportedFacts } from '../index.ts';
import { nameOfAccount, type DmAccount } from './account.ts';
import { closeAccount } from './close-account.ts';
import { purposeOfCredential } from './lock-account.ts';
import { dmAccountTables, type DmAccountRow } from './tables.ts';

/** A PC that wants to enrol, and has shown the secret of an enrolment. */
export interface EnrollingPc extends Pick<DmAccount, 'dmDeviceId' | 'kind'> {
  readonly enrollmentId: Id;
  readonly userPrincipalName: string | null;
  readonly hardwareId: string | null;
  /** Of which the PC has the private one. */
  readonly publicKey: KeyObject;
  readonly told: ReportedFacts;
  /** What is to be its password from now on, and what its first digest is made with: random. */
  readonly secret: Secret;
  readonly nonce: Buffer;
}

/** What became of it. */
export interface EnrolledPc {
  readonly deviceId: Id;
  /** All that the PC had before is gone; not so when it asked again because the answer got lost. */
  readonly isNew: boolean;
  /** The name of its account. */
  readonly name: string;
  readonly certificate: IssuedCertificate;
}

/**
 * Enrols a PC. One that enrolled before is the same device again, and its former certificate, session and commands are of no more use. One that
 * asks again because it did not get the answer is not counted a second time; for the same key it gets the same certificate, and for another
 * one, as when somebody has typed the code again, another.
 * Faults: `forbidden` (the enrolment is spent, expired or withdrawn), `notFound` (the enrolment).
 */
export async function enrollPc(
  context: WriteContext,
  authority: CertificateAuthority,
  pc: EnrollingPc,
): Promise<EnrolledPc> {
  // PCs of one enrolment come one after the other, and so does one that asks twice.
  const enrollment = await lockEnrollment(context, pc.enrollmentId);
  await lockName(context, pc.dmDeviceId);
  const former = await formerAccount(context, pc.dmDeviceId);
  const unheard = former && (await certificateNeverUsed(context, former, pc));
  if (unheard && unheard.keyFingerprint.equals(fingerprintOfKey(pc.publicKey))) {
    requireOpenOrSpent(enrollment, context.now);
    await saveAccountOf(context, former.device_id, unheard, pc);
    return {
      deviceId: former.device_id,
      isNew: false,
      name: nameOfAccount(former.device_id),
      certificate: unheard,
    };
  }
  const known = former && (await knownDevice(context, former.device_id));
  if (known && unheard) requireOpenOrSpent(enrollment, context.now);
  else await redeemEnrollment(context, pc.enrollmentId);
  if (former && !known) await closeAccount(context, former.device_id);
  if (known) {
    await revokeFormer(context, former);
    await cancelCommands(context, known, 'The PC enrolled again.');
    await applyFacts(context, known, factsOf(pc));
  }
  const deviceId = known ?? (await newDevice(context, enrollment, pc));
  await replaceStandIn(context, enrollment, deviceId);
  const certificate = await issueCertificate(context, authority, pc.publicKey, {
    deviceId,
    enrollmentId: pc.enrollmentId,
  });
  await saveAccountOf(context, deviceId, certificate, pc);
  const title = known ? 'The PC enrols again.' : 'The PC enrols.';
  const details = { dmDeviceId: pc.dmDeviceId, certificate: certificate.serialNumber };
  await recordEvents(context, deviceId, [{ title, details }]);
  return { deviceId, isNew: true, name: nameOfAccount(deviceId), certificate };
}

/** Even while there is no row to lock. */
async function lockName({ db, scope }: WriteContext, dmDeviceId: string): Promise<void> {
  const name = `dm account ${scope.organization.id} ${dmDeviceId}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db.connection);
}

/** The account that a PC of this name has, or had last. */
async function formerAccount(
  { db, scope }: WriteContext,
  dmDeviceId: string,
): Promise<DmAccountRow | undefined> {
  return dmAccountTables(db)
    .selectFrom('devices_dm_account')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('dm_device_id', '=', dmDeviceId)
    .orderBy('state', 'desc')
    .orderBy('enrolled_at', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
}

/** The certificate that the PC got by the same enrolment, and with which it was never heard of. */
async function certificateNeverUsed(
  context: WriteContext,
  former: DmAccountRow,
  { enrollmentId }: EnrollingPc,
): Promise<IssuedCertificate | undefined> {
  const { state, last_seen_at, enrollment_id } = former;
  if (state === 'ended' || last_seen_at || enrollment_id !== enrollmentId) return undefined;
  const issued = await lockCertificate(context, { fingerprint: former.certificate_fingerprint });
  if (!issued || issued.revokedAt || issued.certificate.validToDate <= context.now) return undefined;
  return issued;
}

async function revokeFormer(context: WriteContext, former: DmAccountRow): Promise<void> {
  const issued = await lockCertificate(context, { fingerprint: former.certificate_fingerprint });
  if (issued) await revokeCertificate(context, issued.serialNumber);
}

/** The device, unless its management was ended. */
async function knownDevice(context: WriteContext, deviceId: Id): Promise<Id | undefined> {
  try {
    const device = await lockDevice(context, 'windows', deviceKey(hexOfId(deviceId)));
    await saveDevice(context, device, { state: { to: 'PROVISIONING', reason: 're-enrollment' } });
    return device.id;
  } catch (error) {
    if (error instanceof Fault && error.code === 'notFound') return undefined;
    throw error;
  }
}

/** The device that stood in for the enrolment, or another one. */
async function newDevice(context: WriteContext, enrollment: Enrollment, pc: EnrollingPc): Promise<Id> {
  const standIn = enrollment.deviceId && (await lockStandIn(context, 'windows', enrollment.deviceId));
  if (standIn) {
    await makeDevice(context, standIn.id);
    await applyFacts(context, standIn.id, factsOf(pc));
    return standIn.id;
  }
  return createEnrollingDevice(context, 'windows', enrollment, factsOf(pc));
}

function factsOf({ told, dmDeviceId }: EnrollingPc): ReportedFacts {
  return { ...told, platformId: dmDeviceId };
}

async function saveAccountOf(
  context: WriteContext,
  deviceId: Id,
  certificate: IssuedCertificate,
  pc: EnrollingPc,
): Promise<void> {
  const { db, scope, now, secrets } = context;
  const credential = credentialFor(nameOfAccount(deviceId), pc.secret);
  const content = {
    dm_device_id: pc.dmDeviceId,
    hardware_id: pc.hardwareId,
    kind: pc.kind,
    state: 'enrolled' as const,
    enrollment_id: pc.enrollmentId,
    user_principal_name: pc.userPrincipalName,
    certificate_fingerprint: certificate.fingerprint,
    credential: secrets.seal(credential, purposeOfCredential(context, deviceId)),
    nonce: pc.nonce,
    session: null,
    session_at: null,
    enrolled_at: now,
    ended_at: null,
    last_seen_at: null,
    report_due_at: now,
  };
  await dmAccountTables(db)
    .insertInto('devices_dm_account')
    .values({ organization_id: scope.organization.id, device_id: deviceId, ...content })
    .onConflict((conflict) => conflict.columns(['organization_id', 'device_id']).doUpdateSet(content))
    .execute();
}

/** What is kept of a password: see `LockedAccount`. MD5 is what the protocol has; passwords are random, and only ever sent in TLS. */
function credentialFor(name: string, secret: Secret): Secret {
  return new Secret(createHash('md5').update(`${name}:${secret.reveal()}`).digest('base64'));
}
