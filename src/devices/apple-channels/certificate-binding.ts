import { Fault } from '../../kernel/fault.ts';
import type { WriteContext } from '../../tenancy/index.ts';
import { channelTables, type CertificateOfChannelRow } from './tables.ts';

/**
 * The certificate with this SHA-256, if it is one of ours and still good. Whoever binds it at the same time waits.
 * Faults: `tokenInvalid`.
 */
export async function lockGoodCertificate(
  { db, scope, now }: WriteContext,
  fingerprint: Buffer,
): Promise<CertificateOfChannelRow> {
  const certificate = await channelTables(db)
    .selectFrom('devices_certificate')
    .select([
      'organization_id',
      'serial_number',
      'fingerprint',
      'not_after',
      'renews',
      'revoked_at',
      'enrollment_id',
      'channel',
    ])
    .where('organization_id', '=', scope.organization.id)
    .where('fingerprint', '=', fingerprint)
    .forUpdate()
    .executeTakeFirst();
  const problem = !certificate
    ? `was not issued by the organization '${scope.organization.slug}'`
    : certificate.revoked_at
      ? `was revoked at ${certificate.revoked_at.toISOString()}`
      : certificate.not_after <= now
        ? `expired at ${certificate.not_after.toISOString()}`
        : undefined;
  if (problem) throw new Fault('tokenInvalid', `The certificate of the device ${problem}.`);
  return certificate!;
}

/** Binds a certificate to the channel of a device, for good. Faults: `tokenInvalid` when it is another's. */
export async function bindCertificate(
  { db, scope }: WriteContext,
  certificate: CertificateOfChannelRow,
  deviceChannel: string,
): Promise<void> {
  if (certificate.channel === deviceChannel) return;
  if (certificate.channel !== null) {
    throw new Fault(
      'tokenInvalid',
      `The certificate ${certificate.serial_number} belongs to another device than '${deviceChannel}'.`,
    );
  }
  await channelTables(db)
    .updateTable('devices_certificate')
    .set({ channel: deviceChannel })
    .where('organization_id', '=', scope.organization.id)
    .where('serial_number', '=', certificate.serial_number)
    .execute();
}

/** Whether a certificate was issued in the place of one that is bound to this channel. */
export async function renewsCertificateOf(
  { db, scope }: WriteContext,
  { renews, channel }: CertificateOfChannelRow,
  deviceChannel: string,
): Promise<boolean> {
  // One that is bound already was the device's before the one that it has now.
  if (renews === null || channel !== null) return false;
  const renewed = await channelTables(db)
    .selectFrom('devices_certificate')
    .select('channel')
    .where('organization_id', '=', scope.organization.id)
    .where('serial_number', '=', renews)
    .executeTakeFirst();
  return renewed?.channel === deviceChannel;
}

/** From now on the device talks with this certificate alone. */
export async function useCertificate(
  { db, scope }: WriteContext,
  deviceChannel: string,
  fingerprint: Buffer,
): Promise<void> {
  await channelTables(db)
    .updateTable('devices_apple_channel')
    .set({ certificate_fingerprint: fingerprint })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', deviceChannel)
    .execute();
}
