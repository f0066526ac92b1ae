import { sql } from '../../database/index.ts';
import { createEnrollingDevice, enrollmentWithId, lockEnrollment } from '../enrollments/index.ts';
import { cancelCommands } from '../commands/index.ts';
import { recordEvents } from '../events/index.ts';
import { applyFacts, deviceKey, lockDevice, saveDevice, type ReportedFacts } from '../index.ts';
import { Fault } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { bindCertificate, lockGoodCertificate, relationOf, useCertificate } from './certificate-binding.ts';
import type { ChannelIdentity } from './channel.ts';
import { channelTables, type CertificateOfChannelRow } from './tables.ts';

/**
 * A device wants to enrol, or does so again: its certificate is bound to it, what waits for it and what it kept here is forgotten, and nothing is
 * sent to it before its token comes. Not so when it only has a new certificate. Faults: `tokenInvalid` (a certificate of nobody, of another device, one
 * that was replaced, or that of a device whose management was ended).
 */
export async function authenticate(
  context: WriteContext,
  identity: ChannelIdentity,
  fingerprint: Buffer,
  told: ReportedFacts,
): Promise<Authenticated> {
  const { db, scope, now } = context;
  if (identity.id !== identity.deviceChannel) {
    throw new Fault('malformedBody', 'Only a device can ask to enrol, not a user of it.');
  }
  await lockName(context, identity.id);
  const certificate = await lockGoodCertificate(context, fingerprint);
  const former = await formerChannel(context, identity.id);
  const relation = await relationOf(
    context,
    certificate,
    identity.id,
    former?.certificate_fingerprint ?? null,
  );
  if (relation === 'new') await requireOfApple(context, certificate);
  await bindCertificate(context, certificate, identity.id);
  // Devices that get a new certificate in the place of theirs say that they enrol, some twice, and have lost nothing.
  if (former?.state === 'enrolled' && relation !== 'new' && certificate.renews !== null) {
    await useCertificate(context, identity.id, fingerprint);
    return { deviceId: former.device_id, isNew: false, enrollmentId: certificate.enrollment_id };
  }
  const known = former && (await enrolledAgain(context, former.device_id));
  if (!known && relation !== 'new') {
    throw new Fault(
      'tokenInvalid',
      `The management of the device '${identity.id}' has ended. It must enrol with a new profile.`,
    );
  }
  const deviceId = known ?? (await enrollingDevice(context, identity, certificate.enrollment_id, told));
  if (known) {
    await cancelCommands(context, known, 'The device enrolled again.');
    await applyFacts(context, known, told);
  }
  const content = {
    device_id: deviceId,
    kind: identity.kind,
    state: 'authenticated' as const,
    certificate_fingerprint: fingerprint,
    topic: null,
    push_magic: null,
    push_token: null,
    token_updated_at: null,
    unlock_token: null,
    bootstrap_token: null,
    awaiting_configuration: false,
    declarations_token: null,
    authenticated_at: now,
    enrolled_at: null,
    ended_at: null,
    last_seen_at: now,
    report_due_at: now,
    report_part: 0,
    woken_for: null,
    woken_at: null,
    wake_attempts: 0,
    wake_due_at: null,
    wake_outcome: null,
  };
  await channelTables(db)
    .insertInto('devices_apple_channel')
    .values({
      organization_id: scope.organization.id,
      id: identity.id,
      device_channel: identity.id,
      user_short_name: null,
      user_long_name: null,
      ...content,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doUpdateSet(content))
    .execute();
  await endUserChannels(context, identity.id);
  await recordEvents(context, deviceId, [
    {
      title: known ? 'The device enrols again.' : 'The device asks to enrol.',
      details: { channel: identity.id, certificate: certificate.serial_number },
    },
  ]);
  return { deviceId, isNew: true, enrollmentId: certificate.enrollment_id };
}

/** What came of a wish to enrol. `isNew`: all that the device had before is gone. */
interface Authenticated {
  readonly deviceId: Id;
  readonly isNew: boolean;
  /** By which it enrolled. */
  readonly enrollmentId: Id;
}

/** PCs of the organization have certificates of the same authority. Faults: `tokenInvalid`. */
async function requireOfApple(
  { db, scope }: WriteContext,
  { enrollment_id: enrollmentId, serial_number: serialNumber }: CertificateOfChannelRow,
): Promise<void> {
  const { platform } = await enrollmentWithId(db, scope.organization.id, enrollmentId);
  if (platform === 'apple') return;
  throw new Fault('tokenInvalid', `The certificate ${serialNumber} was not issued to an Apple device.`);
}

/** The channel of whoever enrolled with this identity before. */
async function formerChannel({ db, scope }: WriteContext, channel: string) {
  return channelTables(db)
    .selectFrom('devices_apple_channel')
    .select(['device_id', 'state', 'certificate_fingerprint'])
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', channel)
    .executeTakeFirst();
}

/** Two devices of one name, or one that asks twice, come one after the other, even while there is no row to lock. */
async function lockName({ db, scope }: WriteContext, channel: string): Promise<void> {
  const name = `apple channel ${scope.organization.id} ${channel}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db.connection);
}

/** The device that enrolled before; undefined when its management was ended. */
async function enrolledAgain(context: WriteContext, deviceId: Id): Promise<Id | undefined> {
  try {
    const device = await lockDevice(context, 'apple', deviceKey(hexOfId(deviceId)));
    await saveDevice(context, device, { state: { to: 'PROVISIONING', reason: 're-enrollment' } });
    return device.id;
  } catch (error) {
    if (error instanceof Fault && error.code === 'notFound') return undefined;
    throw error;
  }
}

async function enrollingDevice(
  context: WriteContext,
  { id, kind }: ChannelIdentity,
  enrollmentId: Id,
  told: ReportedFacts,
): Promise<Id> {
  const enrollment = await lockEnrollment(context, enrollmentId);
  // A device that its owner enrolled for work alone tells no identifier but the one of its enrolment.
  const own = kind === 'device' ? { platformId: id } : {};
  return createEnrollingDevice(context, 'apple', enrollment, { ...own, ...told });
}

async function endUserChannels({ db, scope, now }: WriteContext, deviceChannel: string): Promise<void> {
  await channelTables(db)
    .updateTable('devices_apple_channel')
    .set({ state: 'ended', ended_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('device_channel', '=', deviceChannel)
    .where('id', '!=', deviceChannel)
    .where('state', '!=', 'ended')
    .execute();
}
