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

/** `new`: no device has shown it yet. `next`: none has either, and it was issued in the place of the device's own. `own`: the device talks with it. */
type Relation = 'new' | 'next' | 'own';

/**
 * What a good certificate is to a device of which the SHA-256 of the certificate is known with which it talked last; null for one that never
 * did. One that was replaced is as good as a stranger's. Faults: `tokenInvalid`.
 */
export async function relationOf(
  { db, scope }: WriteContext,
  certificate: CertificateOfChannelRow,
  deviceChannel: string,
  current: Buffer | null,
): Promise<Relation> {
  const { serial_number: serialNumber, fingerprint, renews, channel } = certificate;
  if (channel === deviceChannel && current?.equals(fingerprint)) return 'own';
  if (channel === deviceChannel) {
    throw new Fault(
      'tokenInvalid',
      `The device '${deviceChannel}' has another certificate than ${serialNumber} now.`,
    );
  }
  if (channel === null && renews === null) return 'new';
  const renewed =
    channel === null &&
    (await channelTables(db)
      .selectFrom('devices_certificate')
      .select('fingerprint')
      .where('organization_id', '=', scope.organization.id)
      .where('serial_number', '=', renews)
      .executeTakeFirst());
  if (renewed && current?.equals(renewed.fingerprint)) return 'next';
  throw new Fault(
    'tokenInvalid',
    `The certificate ${serialNumber} belongs to another device than '${deviceChannel}'.`,
  );
}

/** From now on the device talks with this certificate, which is for no other device. */
export async function bindCertificate(
  { db, scope }: WriteContext,
  { serial_number: serialNumber }: CertificateOfChannelRow,
  deviceChannel: string,
): Promise<void> {
  await channelTables(db)
    .updateTable('devices_certificate')
    .set({ channel: deviceChannel })
    .where('organization_id', '=', scope.organization.id)
    .where('serial_number', '=', serialNumber)
    .execute();
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
