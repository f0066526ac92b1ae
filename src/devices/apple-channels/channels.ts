import { preparing, sql } from '../../database/index.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { bindCertificate, lockGoodCertificate, relationOf, useCertificate } from './certificate-binding.ts';
import type { AppleChannel, ChannelIdentity } from './channel.ts';
import { channelTables, type AppleChannelRow, type CertificateOfChannelRow } from './tables.ts';

/**
 * The channel that a message comes by, of which the sender has shown by `fingerprint` (SHA-256 of its certificate) that it is its own.
 * Other messages of the same device wait. Undefined when the device enrolled and this user of it did not yet.
 * Faults: `tokenInvalid` for an unknown device, and for a certificate that is not bound to it.
 */
export async function lockChannel(
  context: WriteContext,
  identity: Pick<ChannelIdentity, 'id' | 'deviceChannel'>,
  fingerprint: Buffer,
): Promise<AppleChannel | undefined> {
  const { db, scope } = context;
  const rows = await channelTables(db)
    .selectFrom('devices_apple_channel')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', sql<string>`any(${[identity.id, identity.deviceChannel]}::text[])`)
    .orderBy(sql`id <> ${identity.deviceChannel}`)
    .forUpdate()
    .execute();
  const deviceRow = rows.find(({ id }) => id === identity.deviceChannel);
  if (!deviceRow) {
    throw new Fault('tokenInvalid', `No device '${identity.deviceChannel}' has enrolled here.`);
  }
  const certificate = await lockGoodCertificate(context, fingerprint);
  const relation = await relationOf(context, certificate, deviceRow.id, deviceRow.certificate_fingerprint);
  if (relation === 'new') {
    throw new Fault('tokenInvalid', `The certificate is not that of the device '${deviceRow.id}'.`);
  }
  if (relation === 'next') {
    await bindCertificate(context, certificate, deviceRow.id);
    await useCertificate(context, deviceRow.id, fingerprint);
  }
  const row = rows.find(({ id }) => id === identity.id);
  return row && channelOfRow(row, certificate);
}

/** The channels of devices themselves, by the device. */
export async function channelsOfDevices(
  { db, scope }: ReadContext,
  deviceIds: readonly Id[],
): Promise<Map<Id, AppleChannelRow>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await channelTables(preparing(db))
    .selectFrom('devices_apple_channel')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', sql<Id>`any(${deviceIds}::uuid[])`)
    .where('id', '=', (where) => where.ref('device_channel'))
    .execute();
  return new Map(rows.map((row) => [row.device_id, row]));
}

/** What a call of a device changes of its channel. */
export interface ChannelChange {
  readonly awaitingConfiguration?: boolean;
  readonly declarationsToken?: string | null;
  readonly reportDueAt?: Date;
  readonly reportPart?: number;
}

export async function saveChannel(
  { db, scope, now }: WriteContext,
  id: string,
  { awaitingConfiguration, declarationsToken, reportDueAt, reportPart }: ChannelChange,
): Promise<void> {
  await channelTables(db)
    .updateTable('devices_apple_channel')
    .set({
      last_seen_at: now,
      ...(awaitingConfiguration !== undefined && { awaiting_configuration: awaitingConfiguration }),
      ...(declarationsToken !== undefined && { declarations_token: declarationsToken }),
      ...(reportDueAt !== undefined && { report_due_at: reportDueAt }),
      ...(reportPart !== undefined && { report_part: reportPart }),
    })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
}

function channelOfRow(row: AppleChannelRow, certificate: CertificateOfChannelRow): AppleChannel {
  return {
    id: row.id,
    deviceChannel: row.device_channel,
    kind: row.kind,
    userShortName: row.user_short_name,
    userLongName: row.user_long_name,
    deviceId: row.device_id,
    state: row.state,
    topic: row.topic,
    awaitingConfiguration: row.awaiting_configuration,
    declarationsToken: row.declarations_token,
    enrolledAt: row.enrolled_at,
    lastSeenAt: row.last_seen_at,
    reportDueAt: row.report_due_at,
    reportPart: row.report_part,
    certificateSerial: certificate.serial_number,
    certificateEnds: certificate.not_after,
    enrollmentId: certificate.enrollment_id,
  };
}
