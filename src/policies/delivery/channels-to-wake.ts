import { sql } from '../../database/index.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import { noDocument } from './deliveries.ts';

/** A channel of an Apple device that has a reason to call, and how it is woken. */
export interface SleepingChannel {
  readonly id: string;
  readonly topic: string;
  readonly pushMagic: string;
  readonly pushToken: Buffer;
  readonly tokenUpdatedAt: Date;
  /** How often waking was tried in vain since it last succeeded. */
  readonly attempts: number;
  /** What it is to be woken for; it is not woken twice for the same, unless it stays silent. */
  readonly purpose: string;
}

/**
 * A device that is silent for so long is woken to tell its inventory again. What it was woken for before it is woken for again then: Apple keeps
 * no push for ever.
 */
const silence = 24 * 3_600_000;

/**
 * Channels that have something to do and were not woken for it yet, but for those that are tried again later, in the order of their ids: it shall have something else than it has, a
 * command waits, the management is to end, something is to be tried again, or its inventory is due. One statement.
 */
export async function channelsToWake(
  { db, scope }: ReadContext,
  now: Date,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<SleepingChannel[]> {
  const silentSince = new Date(now.getTime() - silence);
  const { rows } = await sql<SleepingChannel>`
    select channel.id, channel.topic, channel.push_magic as "pushMagic", channel.push_token as "pushToken",
      channel.token_updated_at as "tokenUpdatedAt", channel.wake_attempts as attempts, reason.purpose
    from devices_apple_channel channel
    join devices_device device
      on device.organization_id = channel.organization_id and device.id = channel.device_id
    left join policies_device_set held
      on held.organization_id = channel.organization_id and held.device_id = channel.device_id
    left join policies_set set on set.organization_id = held.organization_id and set.id = held.set_id
    left join policies_delivery delivery
      on delivery.organization_id = channel.organization_id and delivery.device_id = channel.device_id
      and delivery.channel = channel.id
    cross join lateral (
      select command.id from devices_command command
      where command.organization_id = channel.organization_id and command.device_id = channel.device_id
        and command.channel = channel.id and command.finished_at is null
      union all select null order by id desc nulls last limit 1
    ) as newest (command)
    cross join lateral (
      select case
        when device.state = 'DELETE_REQUESTED' then 'leave'
        when newest.command is not null then 'command ' || newest.command
        when delivery.settled_key is distinct from coalesce(set.document_key, ${noDocument})
          then 'document ' || coalesce(set.document_key, ${noDocument})
        when delivery.due_at <= ${now} then 'retry ' || delivery.due_at::text
        when (channel.id = channel.device_channel or delivery.items <> '{}') and channel.report_due_at <= ${now}
          and channel.last_seen_at < ${silentSince}
          then 'inventory ' || channel.report_due_at::text
      end as purpose
    ) as reason
    where channel.organization_id = ${scope.organization.id} and channel.state = 'enrolled'
      and device.state <> 'DELETED' and channel.id > ${after}
      and reason.purpose is not null
      and (reason.purpose is distinct from channel.woken_for
        or greatest(channel.woken_at, channel.last_seen_at) < ${silentSince})
      and (channel.wake_due_at is null or channel.wake_due_at <= ${now})
      and (channel.wake_outcome ->> 'result' is distinct from 'unreachable')
    order by channel.id
    limit ${limit}`.execute(db.connection);
  return rows;
}
