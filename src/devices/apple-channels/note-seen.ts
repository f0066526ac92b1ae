import { sql, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';

/** A call of a device, with the SHA-256 of the certificate by which it has shown who it is. */
export interface Call {
  readonly organizationId: Id;
  readonly channel: string;
  readonly fingerprint: Buffer;
}

/** How exactly it is known when a device was last seen: a write for every call would cost more than it tells. */
const exactness = 60_000;

/** The time before which a device that calls must have been seen, so that it is noted again. */
export function notedBefore(now: Date): Date {
  return new Date(now.getTime() - exactness);
}

/** Writes in one statement that the devices of many calls were seen, who have shown who they are. Those that somebody changes are left out. */
export async function noteSeen({ connection }: Reader, calls: readonly Call[], now: Date): Promise<void> {
  await sql`
    with due as (
      select organization_id, id from devices_apple_channel
      where (organization_id, id) in (
        select * from unnest(
          ${calls.map(({ organizationId }) => organizationId)}::uuid[],
          ${calls.map(({ channel }) => channel)}::text[]
        )
      ) and last_seen_at < ${notedBefore(now)}
      for no key update skip locked
    )
    update devices_apple_channel channel set last_seen_at = ${now}
    from due where channel.organization_id = due.organization_id and channel.id = due.id`.execute(connection);
}
