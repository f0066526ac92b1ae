import { sql, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';

/** The session that a PC has begun, which has shown who it is. */
export interface BegunSession {
  readonly organizationId: Id;
  readonly deviceId: Id;
  readonly session: JsonObject;
}

/** Writes in one statement the sessions that many PCs have begun. Those that somebody changes are left out. */
export async function keepSessions(
  { connection }: Reader,
  begun: readonly BegunSession[],
  now: Date,
): Promise<void> {
  await sql`
    with due as (
      select account.organization_id, account.device_id, begun.session
      from unnest(
        ${begun.map(({ organizationId }) => organizationId)}::uuid[],
        ${begun.map(({ deviceId }) => deviceId)}::uuid[],
        ${begun.map(({ session }) => JSON.stringify(session))}::jsonb[]
      ) as begun (organization_id, device_id, session)
      join devices_dm_account account
        on account.organization_id = begun.organization_id and account.device_id = begun.device_id
      for no key update of account skip locked
    )
    update devices_dm_account account set last_seen_at = ${now}, session_at = ${now}, session = due.session
    from due where account.organization_id = due.organization_id and account.device_id = due.device_id`.execute(
    connection,
  );
}
