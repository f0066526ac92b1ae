import { sql, type Reader } from '../../database/index.ts';
import { notedBefore, type Call } from '../../devices/apple-channels/index.ts';
import { noDocument } from './deliveries.ts';

export interface IdleCall {
  /** Whether there is nothing to do for the channel: it has what its device shall have, and no command, inventory or enrolment is due. */
  readonly hasNothingToDo: boolean;
  /** Whether it is to be noted that it was seen. */
  readonly isSeenAnew: boolean;
}

interface Row extends IdleCall {
  readonly position: number;
}

/**
 * Looks in one statement at the channels of many calls without a report. Undefined for a call of nobody, or with a certificate that is not the
 * device's own or is not good any more. A user to whom nothing was delivered is asked for nothing; a device for which nothing is worked out shall have nothing.
 */
export async function idleCalls(
  { connection }: Reader,
  calls: readonly Call[],
  now: Date,
): Promise<(IdleCall | undefined)[]> {
  const { rows } = await sql<Row>`
    select call.position, channel.last_seen_at < ${notedBefore(now)} as "isSeenAnew",
      channel.state = 'enrolled' and managed.state = 'ACTIVE' and not channel.awaiting_configuration
      and (channel.report_due_at > ${now} or (channel.id <> channel.device_channel and delivery.items = '{}'))
      and delivery.settled_key is not null and delivery.settled_key = coalesce(set.document_key, ${noDocument})
      and (delivery.due_at is null or delivery.due_at > ${now})
      and not exists (
        select from devices_command command
        where command.organization_id = channel.organization_id and command.device_id = channel.device_id
          and command.channel = channel.id and command.finished_at is null
      ) as "hasNothingToDo"
    from unnest(
      ${calls.map(({ organizationId }) => organizationId)}::uuid[],
      ${calls.map(({ channel }) => channel)}::text[],
      ${calls.map(({ fingerprint }) => fingerprint)}::bytea[]
    ) with ordinality as call (organization_id, id, fingerprint, position)
    join devices_apple_channel channel
      on channel.organization_id = call.organization_id and channel.id = call.id
    join devices_apple_channel device
      on device.organization_id = channel.organization_id and device.id = channel.device_channel
      and device.certificate_fingerprint = call.fingerprint
    join devices_certificate certificate
      on certificate.organization_id = call.organization_id and certificate.fingerprint = call.fingerprint
      and certificate.revoked_at is null and certificate.not_after > ${now}
    join devices_device managed
      on managed.organization_id = channel.organization_id and managed.id = channel.device_id
    left join policies_delivery delivery
      on delivery.organization_id = channel.organization_id and delivery.device_id = channel.device_id
      and delivery.channel = channel.id
    left join policies_device_set held
      on held.organization_id = channel.organization_id and held.device_id = channel.device_id
    left join policies_set set on set.organization_id = held.organization_id and set.id = held.set_id`.execute(
    connection,
  );
  const found: (IdleCall | undefined)[] = calls.map(() => undefined);
  for (const { position, ...call } of rows) found[position - 1] = call;
  return found;
}
